// What each path answers when all is well.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { get, post, request, sleep, startStation } from "./lib.mjs";

let still, alive;
before(async () => {
	still = await startStation("--slots", "20", "--order");
	alive = await startStation("--slots", "6", "--alive", "--fleeting", "--order");
});
after(async () => {
	await still.stop();
	await alive.stop();
});

test("the station says what it is", async () => {
	const { status, json, headers } = await get(still, "/api/v1/station");
	assert.equal(status, 200);
	assert.equal(json.slots, 20);
	assert.equal(json.name, "Line 3 · Station B");
	assert.equal(headers["cache-control"], "no-store");
});

test("all slots, in order, with every state", async () => {
	const { json } = await get(still, "/api/v1/slots");
	assert.equal(json.items.length, 20);
	assert.deepEqual(json.items.slice(0, 4).map((slot) => slot.label), ["A1", "A2", "A3", "A4"]);
	const states = new Set(json.items.map((slot) => slot.state));
	for (const state of ["writing", "passed", "failed", "refused", "interrupted", "held", "empty", "removed"]) assert.ok(states.has(state), state);
});

test("one slot by label, and by its path, which has spaces and slashes", async () => {
	const byLabel = await get(still, "/api/v1/slots/A4");
	assert.equal(byLabel.json.state, "failed");
	assert.ok(byLabel.json.error.meaning.length > 10);
	assert.ok(byLabel.json.error.action.length > 0);
	const path = byLabel.json.path;
	assert.match(path, /[ /]/);
	const byPath = await get(still, `/api/v1/slots/${encodeURIComponent(path)}`);
	assert.equal(byPath.status, 200);
	assert.equal(byPath.json.label, "A4");
});

test("what is not known is null", async () => {
	const { json } = await get(still, "/api/v1/slots/A5");
	assert.equal(json.state, "empty");
	for (const key of ["mode", "run", "step", "partition", "seconds_left", "error"]) assert.equal(json[key], null, key);
	assert.equal(json.unit.me_id, null);
});

test("a run that ended is in the list, by its number, and as a log", async () => {
	let list;
	for (let i = 0; i < 60 && !list?.json.items.length; i++) {
		await sleep(200);
		list = await get(alive, "/api/v1/runs?limit=5");
	}
	const run = list.json.items[0];
	assert.equal((await get(alive, `/api/v1/runs/${run.id}`)).json.id, run.id);
	const log = await get(alive, `/api/v1/runs/${run.id}/log`);
	assert.equal(log.status, 200);
	assert.match(log.type, /^text\/plain/);
});

test("filters reach the ledger", async () => {
	const { json } = await get(still, "/api/v1/runs?result=failed");
	assert.ok(json.items.length > 0);
	assert.ok(json.items.every((run) => run.result === "failed"));
});

test("an order is opened, shows, and is closed", async () => {
	const station = await startStation("--slots", "2");
	const opened = await post(station, "/api/v1/orders", { package: "k65-fw-4.2.1", profile: "generic-xflash", quantity: 25, name: "WO-9", operator: "Kim" });
	assert.equal(opened.status, 201);
	assert.equal(opened.headers.location, `/api/v1/orders/${opened.json.id}`);
	assert.equal(opened.json.quantity, 25);
	assert.equal(opened.json.name, "WO-9");
	const closed = await post(station, `/api/v1/orders/${opened.json.id}/close`, {});
	assert.equal(closed.status, 200);
	assert.equal(closed.json.state, "closed");
	assert.equal((await post(station, `/api/v1/orders/${opened.json.id}/close`, {})).status, 404);
	await station.stop();
});

test("an order names its operation, its partitions, its ranges and its slots", async () => {
	const station = await startStation("--slots", "2");
	const opened = await post(station, "/api/v1/orders", {
		package: "k65-fw-4.2.1", profile: "generic-xflash", operation: "readback", end: "reboot", slots: ["A2"], only: ["boot_a", "lk_a"],
		ranges: [{ partition: "nvram" }, { region: "user", start: 4096, length: 512 }, { region: "EMMC_BOOT1" }, { region: "UFS_LU2", start: 1 }],
	});
	assert.equal(opened.status, 201, opened.text);
	assert.equal(opened.json.operation, "readback");
	assert.deepEqual(opened.json.slots, ["A2"]);
	await station.stop();
});

test("an order that goes on can not be resumed", async () => {
	assert.equal((await post(still, "/api/v1/orders/99999/resume", {})).status, 404);
	assert.equal((await post(still, "/api/v1/orders/1/resume", {})).status, 409);
});

test("a slot that is not in quarantine has nothing to be released from", async () => {
	const { status, json } = await post(still, "/api/v1/slots/A2/release", {});
	assert.equal(status, 409);
	assert.match(json.detail, /quarantine/);
});

test("a package's folder is imported", async () => {
	const begun = await post(still, "/api/v1/packages", { path: "/srv/next-fw" });
	assert.equal(begun.status, 202);
	const { json } = await get(still, "/api/v1/packages");
	assert.equal(json.items.at(-1).name, "next-fw");
	assert.equal(json.items.at(-1).state, "importing");
	const id = json.items[0].id;
	assert.equal((await get(still, `/api/v1/packages/${id}`)).json.id, id);
});

test("profiles, and one by its name", async () => {
	const { json } = await get(still, "/api/v1/profiles");
	assert.equal(json.items[0].name, "generic-xflash");
	assert.equal((await get(still, "/api/v1/profiles/generic-xflash")).json.profile.product, "K65 board");
});

test("a run is aborted, and its unit tried again", async () => {
	const aborted = await request(still, "POST", "/api/v1/slots/A1/abort");
	assert.equal(aborted.status, 202);
	assert.equal(aborted.json.state, "interrupted");
	const again = await post(still, "/api/v1/slots/A1/retry", {});
	assert.equal(again.status, 202);
	assert.equal(again.json.state, "arrived");
});

test("health is 200 when ready and 503 with the reason when not", async () => {
	const well = await get(still, "/healthz");
	assert.equal(well.status, 200);
	assert.equal(well.json.status, "ready");
	const failing = await startStation("--state", "ledger-failing");
	const ill = await get(failing, "/healthz");
	assert.equal(ill.status, 503);
	assert.equal(ill.json.status, "ledger-failing");
	assert.match(ill.json.why, /disk/);
	await failing.stop();
});

test("metrics are Prometheus text and agree with the slots", async () => {
	const [{ text, type }, { json }] = [await get(still, "/metrics"), await get(still, "/api/v1/slots")];
	assert.match(type, /^text\/plain; version=0\.0\.4/);
	for (const line of text.trimEnd().split("\n"))
		assert.match(line, /^(# (HELP|TYPE) flashrack_[a-z_]+ .+|flashrack_[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.e+-]+)$/);
	const empty = json.items.filter((slot) => slot.state === "empty").length;
	assert.match(text, new RegExp(`^flashrack_slots\\{state="empty"\\} ${empty}$`, "m"));
	assert.match(text, /^flashrack_order_runs\{order="WO-20417",result="passed"\} 3\d\d$/m);
});

test("HEAD is GET without a body", async () => {
	const { status, text, headers } = await request(still, "HEAD", "/api/v1/station");
	assert.equal(status, 200);
	assert.equal(text, "");
	assert.ok(Number(headers["content-length"]) > 50);
});

test("the page and its files have types and ETags, and 304 when known", async () => {
	const page = await get(still, "/");
	assert.equal(page.status, 200);
	assert.match(page.type, /^text\/html/);
	const files = [...page.text.matchAll(/(?:href|src)="(\/page\/[^"]+)"/g)].map((match) => match[1]);
	assert.ok(files.length >= 4);
	for (const path of files) {
		const file = await get(still, path);
		assert.equal(file.status, 200, path);
		assert.ok(file.headers.etag, path);
		const again = await get(still, path, { "If-None-Match": file.headers.etag });
		assert.equal(again.status, 304, path);
		assert.equal(again.text, "", path);
	}
});

test("many requests on one connection, one after the other", async () => {
	const one = "GET /api/v1/runs?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
	const { raw } = await import("./lib.mjs");
	const text = await raw(still, one.repeat(20) + one.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
	assert.equal(text.match(/HTTP\/1\.1 200 OK/g).length, 21);
});

test("two hundred requests at once are all answered", async () => {
	const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => get(alive, i % 2 ? "/api/v1/slots" : "/api/v1/runs?limit=3")));
	assert.ok(answers.every(({ status }) => status === 200));
});
