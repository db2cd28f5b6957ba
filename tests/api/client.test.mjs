// The client program against the web, over real HTTP: what people type, what it prints, how it ends.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { startStation } from "./lib.mjs";

let station;
before(async () => (station = await startStation("--slots", "20", "--order")));
after(() => station.stop());

function flashrack(...args) {
	return new Promise((resolve) => {
		execFile(process.env.FLASHRACK, args, { env: { ...process.env, FLASHRACK_URL: `http://127.0.0.1:${station.port}` } },
			(error, stdout, stderr) => resolve({ status: error?.code ?? 0, stdout, stderr }));
	});
}

function isError(answer, pattern) {
	assert.equal(answer.status, 1, answer.stdout + answer.stderr);
	assert.match(answer.stderr, /^flashrack: [^\n]+: [^\n]+; [^\n]+\n$/);
	assert.match(answer.stderr, pattern);
	assert.equal(answer.stdout, "");
}

test("the station and its slots, as tables and as JSON", async () => {
	const about = await flashrack("station");
	assert.equal(about.status, 0, about.stderr);
	assert.match(about.stdout, /^state +ready$/m);
	const slots = await flashrack("slots");
	assert.equal(slots.stdout.trim().split("\n").length >= 21, true);
	assert.match(slots.stdout, /^A4 +failed/m);
	const json = JSON.parse((await flashrack("slots", "--json")).stdout);
	assert.equal(json.items.length, 20);
});

test("one slot: its failure, its meaning and what to do", async () => {
	const { status, stdout } = await flashrack("slot", "A4");
	assert.equal(status, 0);
	for (const word of ["code", "meaning", "seen", "do"]) assert.match(stdout, new RegExp(`^${word} +\\S`, "m"));
});

test("a slot is named by its path, blanks and slashes and all", async () => {
	const path = JSON.parse((await flashrack("slot", "A4", "--json")).stdout).path;
	assert.match(path, /[ /]/);
	assert.match((await flashrack("slot", path)).stdout, /^slot +A4$/m);
});

test("orders are opened with what the API takes, and closed", async () => {
	const opened = await flashrack("order", "open", "--profile", "generic-xflash", "--package", "k65-fw-4.2.1", "--name", "WO-7", "--operation", "readback",
		"--range", "nvram", "--range", "user+0x1000:0x200", "--slots", "A1,A2", "--quantity", "3", "--json");
	assert.equal(opened.status, 0, opened.stderr);
	const order = JSON.parse(opened.stdout);
	assert.equal(order.operation, "readback");
	assert.equal(order.quantity, 3);
	assert.match((await flashrack("orders")).stdout, /^order +name +state/);
	assert.match((await flashrack("order", "close", String(order.id))).stdout, /is closed/);
});

test("aborting a run, and what can not be done", async () => {
	assert.match((await flashrack("slot", "abort", "A1")).stdout, /^state +interrupted$/m);
	isError(await flashrack("slot", "abort", "A5"), /no run is under way/);
	isError(await flashrack("slot", "release", "A5"), /quarantine/);
	isError(await flashrack("order", "resume", "1"), /is not stopped/);
});

test("a refusal of the station is one line in the station's words", async () => {
	isError(await flashrack("slot", "Z9"), /no slot is called "Z9"/);
	isError(await flashrack("run", "99999999"), /no run/);
	isError(await flashrack("order", "open", "--profile", "generic-xflash", "--package", "k65-fw-4.2.1", "--operation", "fly"), /no operation is called "fly"/);
	isError(await flashrack("order", "open", "--profile", "nobody", "--package", "k"), /no profile is called/);
});

test("runs, one run, and the card of a slot", async () => {
	const { stdout } = await flashrack("runs", "--limit", "3", "--json");
	const run = JSON.parse(stdout).items[0];
	assert.match((await flashrack("run", String(run.id))).stdout, new RegExp(`^run +${run.id}$`, "m"));
	assert.match((await flashrack("card", "A1")).stdout, /^chip +/m);
	isError(await flashrack("card", "A5"), /no run has read its unit/);
});

test("packages, and an import", async () => {
	assert.match((await flashrack("packages")).stdout, /k65-fw-4\.2\.1/);
	assert.match((await flashrack("package", "import", "/srv/next-fw")).stdout, /import has begun/);
	isError(await flashrack("package", "import", "/nowhere"), /is not a folder/);
});
