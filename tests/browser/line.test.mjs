// The dashboard over the real station and a real rack: from the empty store to passed and failed
// units, through a restart of the station.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { check } from "../api/schema.mjs";
import { launch, openPage, overflows, shoot } from "./browser.mjs";
import { Line, sleep, until } from "./line.mjs";

const DEVICES = 8;
const SLOTS = { slots: Array.from({ length: DEVICES }, (_, i) => ({ path: `1-${i + 1}`, label: `A${i + 1}` })) };
const line = new Line();
let browser, page;

before(async () => {
	browser = await launch();
	await line.sample(48);
	await line.station(SLOTS);
	// The browser reports connections that a stopped station cut; nothing else is expected.
	page = await openPage(browser, line.url, { viewport: { width: 1600, height: 900 } }, /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/);
});
after(async (context) => {
	await browser?.close();
	await line.close();
});

const states = () => page.locator(".tile").evaluateAll((all) => all.map((tile) => tile.dataset.state));

test("an empty station says so; its firmware is imported from the page", async () => {
	assert.deepEqual(await states(), Array(DEVICES).fill("empty"));
	await page.getByText("First import a firmware folder").waitFor();
	await page.getByLabel("Folder on the station").fill(line.package);
	await page.click('button:text-is("Import")');
	await page.waitForSelector('select[name=package] option:has-text("sample-fw")', { state: "attached", timeout: 60000 });
	assert.match(await page.locator("select[name=package] option:checked").textContent(), /sample-fw/, "what was imported is chosen");
	await shoot(page, "line-imported");
});

test("units that arrive show at once, and wait for an order", async () => {
	await line.rack("--devices", String(DEVICES), "--link-mbps", "60", "--fault", "3/unplug@write:12");
	await page.waitForFunction((count) => document.querySelectorAll('.tile[data-state="held"]').length === count, DEVICES);
	await page.locator(".tile").first().getByText("no order is open").waitFor();
	await page.getByText("Nothing needs a hand.").waitFor();
});

test("an order opened on the page starts them, and the rack is live", async () => {
	await page.locator("select[name=package]").selectOption({ label: "sample-fw · MT6765" });
	await page.getByLabel("Profile").selectOption("generic-xflash");
	await page.getByLabel("Quantity").fill("24");
	await page.getByLabel("Order name").fill("WO-1");
	await page.click('button:text-is("Open order")');
	await page.waitForFunction(() => document.querySelectorAll('.tile[data-state="writing"]').length >= 4);
	const share = () => page.locator('.tile[data-state="writing"]').first().evaluate((tile) => Number(tile.style.getPropertyValue("--part")));
	const first = await share();
	await until(async () => (await share()) > first, 10000, "progress without a reload");
	await page.waitForFunction(() => /s left.*MiB\/s/.test(document.querySelector('.tile[data-state="writing"] .tile-foot')?.textContent));
	await sleep(2500);
	await shoot(page, "line-running");
	assert.deepEqual(await overflows(page), []);
});

test("a unit that leaves fails with meaning and action", async () => {
	await page.waitForSelector('.tile[data-state="failed"]', { timeout: 30000 });
	const failed = page.locator('.tile[data-state="failed"]').first();
	await failed.getByText("The unit left the bus").waitFor();
	const hand = page.locator("#hands .hand").first();
	assert.match(await hand.textContent(), /ST-060/);
	assert.ok((await hand.locator("p.next").textContent()).length > 5);
	assert.match(await page.locator("#alerts").textContent(), /Fail.*left the bus/);
});

test("the others pass; the page's counts are the ledger's", async () => {
	await page.waitForFunction((count) => document.querySelectorAll('.tile[data-state="passed"]').length === count, DEVICES - 1, { timeout: 60000 });
	const order = (await line.get("/api/v1/orders")).items[0];
	assert.equal(order.passed, DEVICES - 1);
	assert.equal(order.failed, 1);
	await page.locator(".figure").first().getByText(`${order.passed}`).waitFor();
	assert.match(await page.locator(".order-note").textContent(), /1 failed/);
	await page.waitForFunction((count) => document.querySelectorAll("#history .run").length === count, DEVICES);
	await shoot(page, "line-done");
});

test("a slot's panel has the record of its run", async () => {
	await page.locator('.tile[data-state="passed"]').first().click();
	const panel = page.locator("#panel");
	await panel.getByText("preflight", { exact: true }).waitFor();
	await panel.getByText("userdata", { exact: true }).waitFor();
	await panel.getByText("Log of this run").waitFor();
	await shoot(page, "line-panel");
	const log = await page.request.get(line.url + (await panel.locator("a").getAttribute("href")));
	assert.equal(log.status(), 200);
	assert.ok((await log.text()).length > 100);
	await page.keyboard.press("Escape");
});

test("records are of the shape the description gives", async () => {
	const load = (name) => schemas[name.replace("/schema/", "")];
	const schemas = {};
	for (const name of ["run", "unit", "order", "slot", "station", "package", "stats", "error"])
		schemas[`${name}.schema.json`] = await line.get(`/schema/${name}.schema.json`);
	const lists = { runs: "run", units: "unit", orders: "order", slots: "slot", packages: "package" };
	for (const [list, name] of Object.entries(lists)) {
		const { items } = await line.get(`/api/v1/${list}`);
		assert.ok(items.length > 0, list);
		for (const item of items) assert.deepEqual(check(load(`${name}.schema.json`), item, list, load), []);
		if (name === "slot") continue;
		const one = await line.get(`/api/v1/${list}/${items[0].id}`);
		assert.deepEqual(check(load(`${name}.schema.json`), one, `${list}/{id}`, load), []);
	}
	assert.deepEqual(check(load("stats.schema.json"), await line.get("/api/v1/stats"), "stats", load), []);
	assert.deepEqual(check(load("station.schema.json"), await line.get("/api/v1/station"), "station", load), []);
});

test("a killed station: the page says so, and is whole again when it is back", async () => {
	await line.end(line.stationChild, "SIGKILL");
	await page.getByText("Station not reachable, trying again").waitFor({ timeout: 15000 });
	await shoot(page, "line-lost");
	await line.station(SLOTS);
	await page.waitForSelector('body[data-link="live"]', { timeout: 15000 });
	assert.equal(await page.locator("#banner").isVisible(), false);
	await page.waitForFunction(() => document.querySelector(".order-title b")?.textContent === "WO-1");
	await page.waitForFunction((count) => document.querySelectorAll("#history .run").length >= count, DEVICES);
	assert.equal((await states()).length, DEVICES);
});

test("the next unit in a slot that was finished is flashed, live, after the restart", async () => {
	const before = (await line.get("/api/v1/runs")).items.length;
	await line.ctl("replug", "0");
	await until(async () => (await line.get("/api/v1/runs?result=passed&slot=A1")).items.length >= 2, 60000, "another pass in slot A1");
	assert.ok((await line.get("/api/v1/runs")).items.length > before);
	await page.waitForSelector('.tile[data-state="passed"]');
});

test("a rack in the middle of its day: every slot at another point, as in the README's picture", async () => {
	const at = (slot) => page.locator(".tile").nth(slot).getAttribute("data-state");
	await line.ctl("replug", "1");
	await until(async () => (await at(1)) === "passed", 60000, "a pass in slot A2");
	for (const [device, pause] of [["3", 2500], ["2", 1300], ["4", 1300], ["5", 1300], ["7", 1300]]) {
		await line.ctl("replug", device);
		await sleep(pause);
	}
	assert.deepEqual([await at(0), await at(1), await at(3), await at(6)], ["passed", "passed", "failed", "empty"]);
	assert.deepEqual((await states()).filter((state) => state === "held"), []);
	assert.ok((await states()).filter((state) => !["passed", "failed", "empty", "removed"].includes(state)).length >= 2);
	await page.evaluate(() => document.activeElement.blur());
	await shoot(page, "dashboard");
	assert.deepEqual(await overflows(page), []);
});

test("the station ends in good order while the page listens", async () => {
	const ended = line.stationChild.ended;
	line.stationChild.kill("SIGTERM");
	await Promise.race([ended, sleep(20000).then(() => assert.fail("the station did not end"))]);
	assert.equal(line.stationChild.exitCode, 0, line.said("station"));
	await page.getByText("Station not reachable").waitFor();
});

test("no error was reported in all of this", () => page.clean());
