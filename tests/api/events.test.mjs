// The live stream: snapshot first, then what changed, at a bounded rate and in bounded memory.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { get, listen, post, request, sleep, startStation } from "./lib.mjs";

async function withStation(options, body) {
	const station = await startStation(...options);
	const streams = [];
	try {
		await body(station, () => {
			const stream = listen(station);
			streams.push(stream);
			return stream;
		});
	} finally {
		for (const stream of streams) stream.close();
		await station.stop();
	}
}

test("a snapshot comes first and holds all", () => withStation(["--slots", "12", "--order"], async (station, open) => {
	const stream = open();
	const first = await stream.next(() => true);
	assert.equal(first.event, "snapshot");
	assert.match(stream.headers()["content-type"], /^text\/event-stream/);
	assert.equal(first.retry, "1000");
	assert.ok(first.id);
	assert.equal(first.json.slots.length, 12);
	assert.equal(first.json.orders[0].name, "WO-20417");
	assert.equal(first.json.packages.length, 1);
	assert.equal(first.json.station.slots, 12);
	assert.ok(Math.abs(first.json.now - Date.now()) < 5000);
}));

test("only what changed is sent", () => withStation(["--slots", "20", "--order"], async (station, open) => {
	const stream = open();
	await stream.next("snapshot");
	await sleep(600);
	assert.deepEqual(stream.events.filter((event) => event.event !== "snapshot").map((event) => event.event), [], "a still rack sends nothing");
	await post(station, "/api/v1/slots/A1/abort", {});
	const slot = await stream.next("slot");
	assert.equal(slot.json.label, "A1");
	assert.equal(slot.json.state, "interrupted");
	await stream.next("orders");
	await sleep(300);
	assert.equal(stream.events.filter((event) => event.event === "slot").length, 1);
}));

test("orders and packages come as whole lists when one changes", () => withStation(["--slots", "2"], async (station, open) => {
	const stream = open();
	assert.equal((await stream.next("snapshot")).json.orders.length, 0);
	await post(station, "/api/v1/orders", { package: "k65-fw-4.2.1", profile: "generic-xflash" });
	assert.equal((await stream.next("orders")).json.length, 1);
	await post(station, "/api/v1/packages", { path: "/srv/more" });
	assert.equal((await stream.next("packages")).json.length, 2);
	await post(station, "/api/v1/orders/1/close", {});
	await stream.next((event) => event.event === "orders" && event.json.length === 0);
}));

test("a change is seen at once, a storm at most ten times a second", () => withStation(["--slots", "40", "--alive", "--fleeting", "--order"], async (station, open) => {
	const stream = open();
	await stream.next("snapshot");
	await sleep(1500);
	const from = stream.events.length;
	await sleep(3000);
	const storm = stream.events.slice(from);
	const chunks = new Set(storm.filter((event) => event.id).map((event) => event.id));
	assert.ok(chunks.size >= 5, `${chunks.size} chunks`);
	assert.ok(chunks.size <= 30, `${chunks.size} chunks in 3 s`);
}));

test("all streams see the same", () => withStation(["--slots", "8", "--alive", "--fleeting", "--order"], async (station, open) => {
	const streams = [open(), open(), open()];
	await Promise.all(streams.map((stream) => stream.next("snapshot")));
	await sleep(2500);
	const last = streams.map((stream) => {
		const slots = new Map();
		for (const event of stream.events) {
			if (event.event === "snapshot") for (const slot of event.json.slots) slots.set(slot.label, slot);
			if (event.event === "slot") slots.set(event.json.label, event.json);
		}
		return [...slots.values()].map((slot) => `${slot.label} ${slot.run}`).sort().join();
	});
	assert.equal(last[0], last[1]);
	assert.equal(last[1], last[2]);
}));

test("a beat comes every five seconds although nothing happens", () => withStation(["--slots", "2"], async (station, open) => {
	const stream = open();
	await stream.next("snapshot");
	const beat = await stream.next("beat", 7000);
	assert.ok(Math.abs(beat.json.now - Date.now()) < 2000);
}));

function residentKiB(station) {
	return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${station.pid}/status`, "utf8"))[1]);
}

test("a client that does not read costs no memory and gets a snapshot when it reads again", () => withStation(["--slots", "160", "--alive", "--fleeting", "--order"], async (station, open) => {
	const slow = open();
	await slow.next("snapshot");
	slow.pause();
	await sleep(2000);
	const before = residentKiB(station);
	await sleep(11000);
	assert.ok(residentKiB(station) - before < 4096, `grew from ${before} to ${residentKiB(station)} KiB`);
	const seen = slow.events.length;
	slow.resume();
	await slow.next((event) => event.event === "snapshot" && slow.events.indexOf(event) >= seen, 8000);
}));

test("streams end when the station stops, and waiting requests are answered", async () => {
	const station = await startStation("--slots", "4", "--queries", "slow");
	const stream = listen(station);
	await stream.next("snapshot");
	const waiting = get(station, "/api/v1/runs");
	await sleep(300);
	await station.stop();
	await stream.ended;
	const answer = await waiting;
	assert.equal(answer.status, 503);
	assert.match(answer.json.detail, /stopping/);
});

test("clients that go in mid-stream or in mid-query are forgotten", async () => {
	const station = await startStation("--slots", "8", "--alive", "--order", "--queries", "slow");
	for (let i = 0; i < 30; i++) {
		const stream = listen(station);
		await stream.next("snapshot");
		stream.close();
		request(station, "GET", "/api/v1/runs").catch(() => {});
	}
	await sleep(500);
	assert.equal((await get(station, "/healthz")).status, 200);
	await station.stop();
});

test("503 when too many streams are open, and room again when they close", async () => {
	const station = await startStation("--slots", "2", "--alive", "--order");
	const streams = Array.from({ length: 64 }, () => listen(station));
	await Promise.all(streams.map((stream) => stream.next("snapshot")));
	const answer = await get(station, "/api/v1/events");
	assert.equal(answer.status, 503);
	for (const stream of streams) stream.close();
	let again;
	for (let i = 0; i < 80 && !again?.events.length; i++) {
		await sleep(200);
		again?.close();
		again = listen(station);
		await sleep(50);
	}
	await again.next("snapshot");
	again.close();
	await station.stop();
});
