// browser: one headless Chromium for a test file, and what is asked of every page.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const SHOTS = process.env.FLASHRACK_SHOTS ?? "shots";

export function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync"],
	});
}

// A page that remembers each error and each request to another host. `expected` says which console
// lines belong to the test (the browser itself reports a connection that was cut).
export async function openPage(browser, url, options = {}, expected = null) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, colorScheme: "dark", ...options });
	const page = await context.newPage();
	const faults = [];
	page.on("pageerror", (error) => faults.push(String(error)));
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type()) && !expected?.test(message.text())) faults.push(message.text());
	});
	page.on("request", (request) => {
		if (new URL(request.url()).host !== new URL(url).host) faults.push(`asks ${request.url()}`);
	});
	await page.goto(url);
	await page.waitForSelector('body[data-link="live"]');
	page.clean = () => assert.deepEqual(faults, []);
	return page;
}

export async function shoot(page, name) {
	mkdirSync(SHOTS, { recursive: true });
	await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

// Contrast of every visible text with what is painted behind it, worst first. Texts over the fill of
// a running tile are measured against the fill too.
export function contrasts(page) {
	return page.evaluate(() => {
		const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
		const parse = (color) => {
			canvas.clearRect(0, 0, 1, 1);
			canvas.fillStyle = color;
			canvas.fillRect(0, 0, 1, 1);
			const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
			return [r, g, b, a / 255];
		};
		const over = (top, base) => top.slice(0, 3).map((value, i) => value * top[3] + base[i] * (1 - top[3]));
		const luminance = (rgb) => {
			const [r, g, b] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const ratio = (a, b) => {
			const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
			return (high + 0.05) / (low + 0.05);
		};
		const ground = (element) => {
			if (!element) return parse("white").slice(0, 3);
			const color = parse(getComputedStyle(element).backgroundColor);
			return color[3] === 1 ? color.slice(0, 3) : over(color, ground(element.parentElement));
		};
		const found = [];
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			const element = node.parentElement;
			if (!node.data.trim() || !element.checkVisibility({ visibilityProperty: true }) || element.closest(".aside-only, .skip, noscript, svg, option")) continue;
			const style = getComputedStyle(element);
			const grounds = [ground(element)];
			const tile = element.closest(".tile.busy");
			if (tile) grounds.push(parse(getComputedStyle(tile).getPropertyValue("--run-bg").replace(/^light-dark\((.*), (.*)\)$/, (all, light, dark) => (matchMedia("(prefers-color-scheme: dark)").matches ? dark : light))).slice(0, 3));
			for (const base of grounds) {
				const ink = over(parse(style.color), base);
				const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
				found.push({ text: node.data.trim().slice(0, 40), where: element.className || element.tagName, ratio: ratio(ink, base), large });
			}
		}
		return found.sort((a, b) => a.ratio - b.ratio);
	});
}

// Elements whose text runs out of their box or of the page.
export function overflows(page) {
	return page.evaluate(() => {
		const wide = document.documentElement.clientWidth;
		const bad = [];
		if (document.documentElement.scrollWidth > wide) bad.push(`the page is ${document.documentElement.scrollWidth} px wide`);
		for (const element of document.querySelectorAll("body *")) {
			if (!element.checkVisibility({ visibilityProperty: true }) || element.closest(".aside-only, .skip, svg")) continue;
			const box = element.getBoundingClientRect();
			if (box.width && (box.right > wide + 1 || box.left < -1)) bad.push(`${element.className || element.tagName} leaves the page: ${element.textContent.slice(0, 40)}`);
			// Inside a text that is cut after some lines, parts may lie beyond it: they are not painted.
			const cut = element.parentElement.closest(".tile-text");
			const tile = cut ? null : element.closest(".tile")?.getBoundingClientRect();
			if (tile && (box.right > tile.right + 1 || box.bottom > tile.bottom + 1 || box.left < tile.left - 1 || box.top < tile.top - 1)) bad.push(`${element.className} leaves its tile: ${element.textContent.slice(0, 40)}`);
		}
		return bad;
	});
}
