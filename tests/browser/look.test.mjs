// The page with made-up racks of every size: layout, contrast, names, keyboard, motion.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startStation } from "../api/lib.mjs";
import { contrasts, launch, openPage, overflows, shoot } from "./browser.mjs";

let browser;
const stations = new Map();
before(async () => (browser = await launch()));
after(async () => {
	await browser.close();
	for (const station of stations.values()) await station.stop();
});

async function page(slots, options = {}, ...more) {
	const key = `${slots} ${more}`;
	if (!stations.has(key)) stations.set(key, await startStation("--slots", String(slots), ...more));
	return openPage(browser, `http://127.0.0.1:${stations.get(key).port}`, options);
}

async function done(one) {
	one.clean();
	await one.context().close();
}

for (const [slots, width, height] of [[4, 1920, 1080], [8, 1280, 720], [40, 1920, 1080], [40, 1280, 720], [120, 1920, 1080], [120, 1280, 720], [8, 390, 844], [40, 390, 844], [16, 1024, 768]])
	test(`${slots} slots on ${width}x${height}: all are there, nothing leaves its place`, async () => {
		const one = await page(slots, { viewport: { width, height } }, "--order");
		assert.equal(await one.locator(".tile").count(), slots);
		assert.deepEqual(await overflows(one), []);
		const heads = await one.locator(".tile-label").evaluateAll((all) => all.map((label) => label.getBoundingClientRect().height));
		assert.ok(heads.every((high) => high >= 12), "every label can be read");
		await shoot(one, `slots-${slots}-${width}`);
		await done(one);
	});

for (const theme of ["dark", "light"])
	for (const [slots, options] of [[20, ["--order"]], [8, []]])
		test(`text contrast, ${theme}, ${slots} slots`, async () => {
			const one = await page(slots, { colorScheme: theme }, ...options);
			if (options.length) await one.click('.tile[data-state="failed"]');
			const found = await contrasts(one);
			assert.ok(found.length > 25, `${found.length} texts`);
			const bad = found.filter(({ ratio, large }) => ratio < (large ? 3 : 4.5));
			assert.deepEqual(bad, []);
			await shoot(one, `theme-${theme}-${slots}`);
			await done(one);
		});

test("every state has a shape and a word of its own", async () => {
	const one = await page(20, {}, "--order");
	const looks = await one.locator(".tile").evaluateAll((all) => all.map((tile) => [tile.dataset.state, tile.className.split(" ")[1], tile.querySelector("use").getAttribute("href"), tile.querySelector(".tile-state span").textContent]));
	const kinds = new Map(looks.map(([, kind, shape]) => [kind, shape]));
	assert.ok(kinds.size >= 8, [...kinds.keys()].join(" "));
	assert.equal(new Set(kinds.values()).size, kinds.size);
	const words = new Map(looks.map(([state, , , word]) => [state, word]));
	assert.equal(new Set(words.values()).size, words.size);
	await done(one);
});

test("everything that can be used has a name, and fields have labels", async () => {
	for (const options of [["--order"], []]) {
		const one = await page(20, {}, ...options);
		if (options.length) await one.click('.tile[data-state="failed"]');
		const unnamed = await one.evaluate(() => [...document.querySelectorAll("button, a, input, select")].filter((element) => {
			const label = element.labels?.length ? [...element.labels].map((one) => one.textContent).join("") : "";
			return !(element.getAttribute("aria-label") || label || element.textContent).trim();
		}).map((element) => element.outerHTML.slice(0, 120)));
		assert.deepEqual(unnamed, []);
		const names = await one.locator(".tile").evaluateAll((all) => all.map((tile) => tile.getAttribute("aria-label")));
		assert.ok(names.every((name) => /^Slot [A-Z]\d: [A-Z]/.test(name)), names.join("\n"));
		await done(one);
	}
});

test("a failure says what happened and what to do, on its tile, at the side, and aloud", async () => {
	const one = await page(8, { viewport: { width: 1920, height: 1080 } }, "--order");
	const tile = one.locator('.tile[data-state="failed"]').first();
	await tile.getByText("The unit left the bus while data was being written").waitFor();
	await tile.getByText("Change the cable").waitFor();
	const hand = one.locator("#hands .hand").filter({ hasText: "ST-060" }).first();
	await hand.getByText("Change the cable").waitFor();
	assert.equal(await one.locator("#hands-count").textContent(), "2");
	assert.match(await one.locator("#alerts").textContent(), /2 slots need a hand/);
	await done(one);
});

test("arrow keys walk the rack, Enter opens a slot, Escape leads back", async () => {
	const one = await page(40, { viewport: { width: 1920, height: 1080 } }, "--order");
	const focused = () => one.evaluate(() => document.activeElement.querySelector(".tile-label")?.textContent);
	await one.locator(".tile").first().focus();
	await one.keyboard.press("ArrowRight");
	assert.equal(await focused(), "A2");
	await one.keyboard.press("ArrowDown");
	assert.equal(await focused(), "B2", "a line of the page is a row of the rack");
	await one.keyboard.press("End");
	assert.equal(await focused(), "E8");
	await one.keyboard.press("Home");
	await one.keyboard.press("Enter");
	await one.locator("#panel").waitFor();
	assert.equal(await one.locator("#panel h2").textContent(), "Slot A1");
	await one.keyboard.press("Escape");
	assert.equal(await one.locator("#panel").isVisible(), false);
	assert.equal(await focused(), "A1");
	await done(one);
});

test("an abort asks first; then the slot says that it was interrupted", async () => {
	const one = await page(12, {}, "--order");
	await one.click('.tile[data-state="writing"]');
	await one.click("text=Abort this run");
	await one.getByText("recorded as interrupted").waitFor();
	await one.click("text=No, go on");
	assert.equal(await one.locator('.tile.chosen[data-state="writing"]').count(), 1);
	await one.click("text=Abort this run");
	await one.click("text=Yes, abort");
	await one.waitForSelector('.tile.chosen[data-state="interrupted"]');
	await one.click("#panel >> text=Try again");
	await one.waitForSelector('.tile.chosen[data-state="arrived"]');
	await done(one);
});

test("the theme can be chosen and is kept", async () => {
	const one = await page(8, { colorScheme: "dark" }, "--order");
	const ground = () => one.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const dark = await ground();
	await one.click("#theme");
	assert.equal(await one.locator("#theme").textContent(), "Theme: dark");
	await one.click("#theme");
	assert.notEqual(await ground(), dark);
	await one.reload();
	await one.waitForSelector('body[data-link="live"]');
	assert.notEqual(await ground(), dark);
	await done(one);
});

test("reduced motion is respected", async () => {
	const one = await page(8, { reducedMotion: "reduce" }, "--order");
	const moving = await one.evaluate(() => [...document.querySelectorAll("body *")].filter((element) => {
		const style = getComputedStyle(element);
		return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none";
	}).length);
	assert.equal(moving, 0);
	await done(one);
});

test("nothing jumps while units are flashed", async () => {
	const one = await page(16, { viewport: { width: 1920, height: 1080 } }, "--alive", "--fleeting", "--order");
	const places = () => one.evaluate(() => [...document.querySelectorAll(".top, main, aside, .tile, .figure")].map((element) => {
		const { x, y, width, height } = element.getBoundingClientRect();
		return element.matches(".figure") ? [y, height] : [x, y, width, height];
	}));
	await one.waitForTimeout(1500);
	const first = await places();
	let changes = 0;
	let before = await one.locator("#rack").textContent();
	for (let i = 0; i < 12; i++) {
		await one.waitForTimeout(300);
		const now = await one.locator("#rack").textContent();
		changes += now !== before;
		before = now;
		assert.deepEqual(await places(), first);
	}
	assert.ok(changes >= 5, `the rack changed ${changes} times`);
	await done(one);
});

test("without slots the page says what to do", async () => {
	const one = await page(0);
	await one.getByText("No slots yet.").waitFor();
	await done(one);
});

test("a long name breaks nothing", async () => {
	const station = await startStation("--slots", "8");
	const one = await openPage(browser, `http://127.0.0.1:${station.port}`);
	await one.getByLabel("Order name").fill("W".repeat(60));
	await one.getByLabel("Operator").fill("Öäü漢字".repeat(4));
	await one.click("text=Open order");
	await one.waitForSelector(".order-title");
	for (const width of [1920, 1280, 1024, 390]) {
		await one.setViewportSize({ width, height: 800 });
		assert.deepEqual(await overflows(one), [], `at ${width}`);
	}
	one.clean();
	await one.context().close();
	await station.stop();
});

test("a refusal of the form is said in words with a remedy", async () => {
	const one = await page(4);
	await one.locator("select[name=package]").selectOption("import");
	await one.getByLabel("Folder on the station").fill("/nowhere/at/all");
	await one.click('button:text-is("Import")');
	await one.getByText("What to do: give a folder with a scatter file.").waitFor();
	await one.context().close(); // the browser's console reports the 409 itself
});

test("units beyond the order's quantity wait, and their slots say for what", async () => {
	const station = await startStation("--slots", "20", "--order");
	const one = await openPage(browser, `http://127.0.0.1:${station.port}`, { viewport: { width: 1920, height: 1080 } });
	const held = one.locator('.tile[data-state="held"]').first();
	const hands = Number(await one.locator("#hands-count").textContent());
	await held.getByText("A unit is here, but no order says what to do with it.").waitFor();
	await one.evaluate(() => (document.querySelector(".order-title button").click(), document.querySelector(".order-title button").click()));
	await held.getByText("A unit is here, but no order is open.").waitFor();
	assert.equal(Number(await one.locator("#hands-count").textContent()), hands - 1);
	await one.getByLabel("Quantity").fill("1");
	await one.click('button:text-is("Open order")');
	await held.getByText("the order has all of its units").waitFor();
	one.clean();
	await one.context().close();
	await station.stop();
});
