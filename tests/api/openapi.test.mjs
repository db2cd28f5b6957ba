// /openapi.json is true: each path it lists is there with just these methods, answers with the status
// and type it says and in the shape of its schema; and the station has no path that it does not list.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { check } from "./schema.mjs";
import { get, listen, post, request, sleep, startStation } from "./lib.mjs";

const ROUTES = new URL("../../web/api/routes.c", import.meta.url);

let station, api;
const schemas = new Map();
before(async () => {
	station = await startStation("--slots", "20", "--order");
	api = (await get(station, "/openapi.json")).json;
	for (const name of JSON.stringify(api).match(/\/schema\/[a-z]+\.schema\.json/g)) {
		const { status, json } = await get(station, name);
		assert.equal(status, 200, name);
		schemas.set(name.slice("/schema/".length), json);
	}
	schemas.set("error.schema.json", (await get(station, "/schema/error.schema.json")).json);
});
after(() => station.stop());

function resolve(ref) {
	if (ref.startsWith("#/")) return ref.slice(2).split("/").reduce((at, key) => at[key], api);
	const schema = schemas.get(ref.replace("/schema/", ""));
	assert.ok(schema, `schema ${ref}`);
	return schema;
}

const open = (value) => (value.$ref ? resolve(value.$ref) : value);

function address(path, operation) {
	for (const parameter of (operation.parameters ?? []).map(open))
		if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(parameter.example));
	assert.doesNotMatch(path, /[{}]/);
	return path;
}

// Ledger records come from the real ledger's own tests; the fake's are not of that shape.
const LEDGER = /^\/api\/v1\/(units|runs|orders|stats|packages\/\{id\})/;

function validate(answer, responses, path) {
	const declared = responses[answer.status] && open(responses[answer.status]);
	assert.ok(declared, `${path} answered ${answer.status}, which is not declared`);
	if (!declared.content) return;
	const [type, { schema }] = Object.entries(declared.content)[0];
	assert.ok(answer.type.startsWith(type), `${path} answered ${answer.type}, not ${type}`);
	if (answer.json && !(answer.status === 200 && LEDGER.test(path)))
		assert.deepEqual(check(schema, answer.json, path, resolve), [], path);
}

test("it is OpenAPI 3.1 and every reference leads somewhere", () => {
	assert.match(api.openapi, /^3\.1\./);
	const refs = JSON.stringify(api).match(/"\$ref":"[^"]+"/g);
	assert.ok(refs.length > 100);
	for (const ref of refs) assert.ok(resolve(JSON.parse(`{${ref}}`).$ref), ref);
});

test("it lists exactly the routes of the station", () => {
	const table = readFileSync(ROUTES, "utf8").matchAll(/\{ROUTE_(GET|POST), "([^"]+)"/g);
	const real = [...table].map(([, method, path]) => `${method} ${path}`).sort();
	const listed = Object.entries(api.paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`)).sort();
	assert.ok(real.length > 20);
	assert.deepEqual(listed, real);
});

test("each path has just the methods it lists", async () => {
	for (const [path, item] of Object.entries(api.paths)) {
		const answer = await request(station, "DELETE", address(path, Object.values(item)[0]));
		assert.equal(answer.status, 405, path);
		const listed = Object.keys(item).flatMap((method) => (method === "get" ? ["GET", "HEAD"] : ["POST"]));
		assert.deepEqual(answer.headers.allow.split(", ").sort(), listed.sort(), path);
	}
});

test("each GET answers as it says", async () => {
	for (const [path, item] of Object.entries(api.paths)) {
		if (!item.get || path === "/api/v1/events") continue;
		validate(await get(station, address(path, item.get)), item.get.responses, path);
	}
});

test("each GET takes every parameter it lists, and refuses others as it says", async () => {
	for (const [path, item] of Object.entries(api.paths)) {
		if (!item.get || path === "/api/v1/events") continue;
		for (const parameter of (item.get.parameters ?? []).map(open)) {
			if (parameter.in !== "query") continue;
			const url = `${address(path, item.get)}?${parameter.name}=${encodeURIComponent(parameter.example)}`;
			assert.equal((await get(station, url)).status, 200, url);
			assert.deepEqual(check(parameter.schema, parameter.example, parameter.name, resolve), []);
		}
		if (path === "/" || path.startsWith("/page/")) continue;
		validate(await get(station, `${address(path, item.get)}?nonsense=1`), { 400: item.get.responses[400] }, path);
	}
});

test("the POSTs answer as they say, when they are right and when they are wrong", async () => {
	const bodies = { openOrder: { package: "k65-fw-4.2.1", profile: "generic-xflash", quantity: 3 }, importPackage: { path: "/srv/fw" } };
	for (const [path, { post: operation }] of Object.entries(api.paths)) {
		if (!operation) continue;
		const url = address(path, operation);
		const body = bodies[operation.operationId] ?? {};
		if (operation.requestBody) assert.deepEqual(check(operation.requestBody.content["application/json"].schema, body, path, resolve), []);
		validate(await post(station, url, body), operation.responses, path);
		validate(await post(station, url, { nonsense: 1 }), { 422: operation.responses[422] }, path);
		validate(await post(station, url, "{"), { 400: operation.responses[400] }, path);
		validate(await post(station, url, body, { Origin: "http://other.example" }), { 403: operation.responses[403] }, path);
		validate(await post(station, url, body, { "Content-Type": "text/plain" }), { 415: operation.responses[415] }, path);
	}
});

test("events carry what their description says", async () => {
	const busy = await startStation("--slots", "6", "--alive", "--fleeting", "--order");
	const stream = listen(busy);
	const { json } = await stream.next("snapshot");
	for (let i = 0; i < 40 && stream.events.filter((event) => event.event === "slot").length < 20; i++) await sleep(200);
	stream.close();
	await busy.stop();
	const load = resolve;
	const shapes = { slots: "slot", orders: "order", packages: "package" };
	for (const [list, name] of Object.entries(shapes))
		for (const one of json[list]) assert.deepEqual(check(load(`/schema/${name}.schema.json`), one, list, load), []);
	assert.deepEqual(check(load("/schema/station.schema.json"), json.station, "station", load), []);
	const slots = stream.events.filter((event) => event.event === "slot");
	assert.ok(slots.length > 10);
	for (const event of slots) assert.deepEqual(check(load("/schema/slot.schema.json"), event.json, "slot", load), []);
});
