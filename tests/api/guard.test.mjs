// Who may talk to the station: pages of other sites may not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { get, post, raw, startStation } from "./lib.mjs";

let station;
before(async () => (station = await startStation("--slots", "4", "--order")));
after(() => station.stop());

const ours = () => [`127.0.0.1:${station.port}`, "localhost", "LOCALHOST:9000", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:8470"];
const foreign = ["attacker.example", "attacker.example:8470", "127.0.0.1.attacker.example", "localhost.attacker.example", "192.168.1.20", "[fe80::1]", "127.0.0.1:1:2", "[::1", "", "@localhost"];

test("names of the station are answered", async () => {
	for (const host of ours()) assert.equal((await get(station, "/api/v1/station", { Host: host })).status, 200, host);
});

test("421 for every other Host: a page may bind its own name to our address", async () => {
	for (const host of foreign) {
		const text = await raw(station, `GET /api/v1/station HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
		assert.match(text, /^HTTP\/1\.1 (421|400) /, host);
		assert.doesNotMatch(text, /ledger/, host);
	}
});

test("400 without a Host", async () => {
	const text = await raw(station, "GET /api/v1/station HTTP/1.1\r\nConnection: close\r\n\r\n");
	assert.match(text, /^HTTP\/1\.1 400 /);
});

test("403 for a POST from another origin, from a sandbox, from another port", async () => {
	const bad = [
		{ Origin: "http://attacker.example" }, { Origin: "null" }, { Origin: `https://127.0.0.1:${station.port}` },
		{ Origin: "http://127.0.0.1:1" }, { "Sec-Fetch-Site": "cross-site" }, { "Sec-Fetch-Site": "same-site" },
		{ Origin: `http://127.0.0.1:${station.port}`, "Sec-Fetch-Site": "cross-site" },
	];
	for (const headers of bad) {
		const answer = await post(station, "/api/v1/slots/A1/abort", {}, headers);
		assert.equal(answer.status, 403, JSON.stringify(headers));
		assert.match(answer.type, /problem\+json/);
	}
	assert.equal((await get(station, "/api/v1/slots/A1")).json.state, "writing");
});

test("a POST of our own page, and of a client that is no page, is taken", async () => {
	const own = { Origin: `http://127.0.0.1:${station.port}`, "Sec-Fetch-Site": "same-origin" };
	assert.equal((await post(station, "/api/v1/slots/A1/abort", {}, own)).status, 202);
	assert.equal((await post(station, "/api/v1/slots/A1/retry", {})).status, 202);
});

test("every answer, good or bad, carries the policy and no CORS", async () => {
	for (const path of ["/", "/page/app.js", "/api/v1/slots", "/api/v1/nothing", "/healthz", "/metrics"]) {
		const { headers } = await get(station, path, { Origin: "http://attacker.example" });
		assert.match(headers["content-security-policy"], /default-src 'none'/, path);
		assert.match(headers["content-security-policy"], /frame-ancestors 'none'/, path);
		assert.doesNotMatch(headers["content-security-policy"], /unsafe/, path);
		assert.equal(headers["x-content-type-options"], "nosniff", path);
		assert.equal(headers["access-control-allow-origin"], undefined, path);
	}
});
