// Bad requests: each is refused with a problem document that names the place and a remedy.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { get, post, raw, request, startStation } from "./lib.mjs";

let station;
before(async () => (station = await startStation("--slots", "20", "--order")));
after(() => station.stop());

function isProblem(answer, status, where, detail) {
	assert.equal(answer.status, status, answer.text);
	assert.match(answer.type, /^application\/problem\+json/);
	const { json } = answer;
	for (const key of ["type", "title", "status", "detail", "instance", "remedy"]) assert.ok(json[key], `${key} in ${answer.text}`);
	assert.equal(json.status, status);
	if (where) assert.equal(json.where, where);
	if (detail) assert.match(json.detail, detail);
}

const order = { package: "k65-fw-4.2.1", profile: "generic-xflash" };

const parameters = [
	["unknown parameter", "/api/v1/runs?reslt=failed", "reslt"],
	["unknown parameter on a path without any", "/api/v1/slots?limit=3", "limit"],
	["unknown parameter of healthz", "/healthz?deep=1", "deep"],
	["unknown result", "/api/v1/runs?result=ok", "result"],
	["a unit cannot be running", "/api/v1/units?result=running", "result"],
	["limit zero", "/api/v1/runs?limit=0", "limit"],
	["limit over 1000", "/api/v1/runs?limit=1001", "limit"],
	["limit with a unit", "/api/v1/runs?limit=10s", "limit"],
	["limit with a sign", "/api/v1/runs?limit=%2B5", "limit"],
	["negative cursor", "/api/v1/runs?after=-1", "after"],
	["cursor past 2^53", "/api/v1/runs?after=9007199254740992", "after"],
	["order that is no number", "/api/v1/stats?order=WO-1", "order"],
	["empty value", "/api/v1/units?imei=", "imei"],
	["value missing", "/api/v1/units?imei", "imei"],
	["letters in an IMEI", "/api/v1/units?imei=35693803564380X", "imei"],
	["an IMEI far too long", `/api/v1/units?imei=${"1".repeat(40)}`, "imei"],
	["no hex", "/api/v1/units?me_id=xyz", "me_id"],
	["given twice", "/api/v1/runs?limit=5&limit=6", "limit"],
	["no time", "/api/v1/runs?from=yesterday", "from"],
	["a day that does not exist", "/api/v1/runs?from=2026-02-30", "from"],
	["month 13", "/api/v1/runs?to=2026-13-01", "to"],
	["a time without zone", "/api/v1/runs?to=2026-11-20T10:00:00", "to"],
	["text behind a time", "/api/v1/runs?to=2026-11-20T10:00:00Zulu", "to"],
	["from after to", "/api/v1/runs?from=2026-11-21&to=2026-11-20", "from"],
];
for (const [name, path, where] of parameters)
	test(`400, ${name}`, async () => isProblem(await get(station, path), 400, where));

const good = ["/api/v1/runs?from=2026-11-20&to=2026-11-21T00:00:00%2B02:00", "/api/v1/runs?from=2024-02-29T23:59:59.999999Z",
	"/api/v1/units?me_id=ABCDEF&limit=1000", "/api/v1/runs?result=running&slot=A1&order=1&after=9007199254740991"];
for (const path of good) test(`200, ${path}`, async () => assert.equal((await get(station, path)).status, 200));

const paths = [
	["broken percent code", "/api/v1/slots/%zz", 400],
	["percent code cut off", "/api/v1/slots/A%4", 400],
	["NUL in the path", "/api/v1/slots/A%00", 400],
	["path that is not UTF-8", "/api/v1/slots/%ff%fe", 400],
	["overlong UTF-8", "/api/v1/slots/%c0%af", 400],
	["too many parts", "/a/b/c/d/e/f/g/h/i/j", 400],
	["too many parameters", `/api/v1/runs?${"limit=1&".repeat(30)}`, 400],
	["unknown path", "/api/v1/slotz", 404],
	["unknown version", "/api/v2/slots", 404],
	["slash at the end", "/api/v1/slots/", 404],
	["unknown slot", "/api/v1/slots/Z99", 404],
	["unknown run", "/api/v1/runs/99999", 404],
	["run that is no number", "/api/v1/runs/last", 404],
	["run number past 2^53", "/api/v1/runs/99999999999999999999", 404],
	["log of an unknown run", "/api/v1/runs/99999/log", 404],
	["unknown unit", "/api/v1/units/99999", 404],
	["unknown order", "/api/v1/orders/99999", 404],
	["unknown profile", "/api/v1/profiles/none", 404],
	["unknown package", "/api/v1/packages/abc", 404],
	["package id far too long", `/api/v1/packages/${"a".repeat(200)}`, 404],
	["unknown file of the page", "/page/none.js", 404],
	["a way out of the page's folder", "/page/..%2f..%2fetc%2fpasswd", 404],
	["a schema as a file of the page", "/page/slot.schema.json", 404],
	["a file of the page as a schema", "/schema/app.js", 404],
];
for (const [name, path, status] of paths) test(`${status}, ${name}`, async () => isProblem(await get(station, path), status));

const methods = [
	["DELETE", "/api/v1/slots/A1", "GET, HEAD"],
	["PUT", "/api/v1/orders", "GET, HEAD, POST"],
	["GET", "/api/v1/slots/A1/abort", "POST"],
	["POST", "/api/v1/station", "GET, HEAD"],
	["PATCH", "/healthz", "GET, HEAD"],
	["OPTIONS", "/api/v1/runs", "GET, HEAD"],
];
for (const [method, path, allow] of methods)
	test(`405, ${method} ${path}`, async () => {
		const answer = await request(station, method, path);
		isProblem(answer, 405);
		assert.equal(answer.headers.allow, allow);
	});

const bodies = [
	["no JSON", "/api/v1/orders", "{package:1}", 400],
	["JSON cut off", "/api/v1/orders", '{"package":"x"', 400],
	["text behind the object", "/api/v1/orders", '{"package":"x","profile":"y"} trailing', 400],
	["two objects", "/api/v1/orders", "{}{}", 400],
	["not UTF-8", "/api/v1/orders", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400],
	["a NUL in a string", "/api/v1/orders", '{"package":"a\\u0000b","profile":"generic-xflash"}', 400],
	["a raw NUL", "/api/v1/orders", '{"package":"a\0b"}', 400],
	["an array", "/api/v1/orders", "[]", 422],
	["null", "/api/v1/orders", "null", 422],
	["an unknown key", "/api/v1/orders", { ...order, quantiti: 5 }, 422, "quantiti"],
	["a key in other letters", "/api/v1/orders", { ...order, Quantity: 5 }, 422, "Quantity"],
	["a key twice", "/api/v1/orders", '{"package":"k65-fw-4.2.1","profile":"generic-xflash","quantity":1,"quantity":2}', 422, "quantity"],
	["a number as text", "/api/v1/orders", { ...order, quantity: "5" }, 422, "quantity"],
	["half a unit", "/api/v1/orders", { ...order, quantity: 2.5 }, 422, "quantity"],
	["a negative quantity", "/api/v1/orders", { ...order, quantity: -1 }, 422, "quantity"],
	["a quantity without end", "/api/v1/orders", '{"package":"a","profile":"b","quantity":1e300}', 422, "quantity"],
	["a name that is a number", "/api/v1/orders", { ...order, name: 7 }, 422, "name"],
	["a name far too long", "/api/v1/orders", { ...order, name: "n".repeat(61) }, 422, "name"],
	["no package", "/api/v1/orders", { profile: "generic-xflash" }, 422, "package"],
	["an empty package", "/api/v1/orders", { ...order, package: "" }, 422, "package"],
	["a profile that is not known", "/api/v1/orders", { ...order, profile: "other" }, 422, "profile"],
	["an operation that is not known", "/api/v1/orders", { ...order, operation: "format" }, 422, "operation"],
	["partitions that are no list", "/api/v1/orders", { ...order, only: "boot" }, 422, "only"],
	["no partition at all", "/api/v1/orders", { ...order, only: [] }, 422, "only"],
	["a partition without a name", "/api/v1/orders", { ...order, only: ["boot", ""] }, 422, "only"],
	["a partition that is a number", "/api/v1/orders", { ...order, only: [5] }, 422, "only"],
	["more slots than there can be", "/api/v1/orders", { ...order, slots: Array(129).fill("A1") }, 422, "slots"],
	["a range that is a name", "/api/v1/orders", { ...order, ranges: ["nvram"] }, 422, "ranges"],
	["a range of nothing", "/api/v1/orders", { ...order, ranges: [{}] }, 422, "ranges"],
	["a range of two places", "/api/v1/orders", { ...order, ranges: [{ partition: "nvram", region: "user" }] }, 422, "ranges"],
	["a range in a region that is none", "/api/v1/orders", { ...order, ranges: [{ region: "EMMC_BOOT1_BOOT2" }] }, 422, "ranges"],
	["a range of no bytes", "/api/v1/orders", { ...order, ranges: [{ region: "user", length: 0 }] }, 422, "length"],
	["a range before the start", "/api/v1/orders", { ...order, ranges: [{ region: "user", start: -1 }] }, 422, "start"],
	["a range with a key nobody knows", "/api/v1/orders", { ...order, ranges: [{ region: "user", size: 1 }] }, 422, "size"],
	["a package that is not known", "/api/v1/orders", { ...order, package: "none" }, 409, "package"],
	["a path that is not absolute", "/api/v1/packages", { path: "fw" }, 422, "path"],
	["a folder that is none", "/api/v1/packages", { path: "/nowhere" }, 409, "path"],
	["a key for an action that takes none", "/api/v1/slots/A1/abort", { force: true }, 422, "force"],
	["abort of an empty slot", "/api/v1/slots/A5/abort", {}, 409],
	["retry of a slot that is flashing", "/api/v1/slots/A1/retry", {}, 409],
	["an unknown slot", "/api/v1/slots/Z9/retry", {}, 404],
	["an order that is not open", "/api/v1/orders/77/close", {}, 404],
	["parameters on a POST", "/api/v1/orders?dry=1", order, 400, "dry"],
];
for (const [name, path, body, status, where] of bodies)
	test(`${status}, ${name}`, async () => isProblem(await post(station, path, body), status, where));

test("415, a form, text, or no type at all", async () => {
	for (const type of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "application/jsonp"])
		isProblem(await post(station, "/api/v1/orders", order, { "Content-Type": type }), 415, "Content-Type");
	isProblem(await request(station, "POST", "/api/v1/orders", { body: "{}" }), 415, "Content-Type");
});

test("a charset behind the type is fine", async () => {
	const answer = await post(station, "/api/v1/slots/A5/abort", {}, { "Content-Type": "application/json; charset=utf-8" });
	isProblem(answer, 409);
});

test("413, a body over the limit, announced or not, and far over it", async () => {
	const big = JSON.stringify({ ...order, name: "x".repeat(70000) });
	isProblem(await post(station, "/api/v1/orders", big), 413);
	isProblem(await post(station, "/api/v1/orders", big, { "Transfer-Encoding": "chunked" }), 413);
	const answer = await raw(station, "POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n{");
	assert.match(answer, /^HTTP\/1\.1 413 /);
});

test("garbage instead of HTTP harms nothing", async () => {
	for (const bytes of ["\x16\x03\x01\x02\x00", "GET\r\n\r\n", "G".repeat(40000), "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", "\r\n\r\n\r\n"]) {
		const answer = raw(station, bytes, 700);
		const { status } = await get(station, "/healthz");
		assert.equal(status, 200);
		assert.doesNotMatch(await answer, /^HTTP\/1\.1 200/);
	}
});

test("500 and 503 of the ledger say why", async () => {
	const failing = await startStation("--queries", "fail");
	isProblem(await get(failing, "/api/v1/runs"), 500, "ledger.db", /I\/O/);
	await failing.stop();
	const busy = await startStation("--queries", "busy");
	const answer = await get(busy, "/api/v1/runs");
	isProblem(answer, 503);
	assert.equal(answer.headers["retry-after"], "1");
	await busy.stop();
});
