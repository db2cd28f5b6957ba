// operations: what an order can do with a unit, in plain words, and how its places are written.

import { Refused } from "./api.js";

const words = {
	download: "Download",
	upgrade: "Firmware upgrade",
	"format-all": "Format all, then download",
	erase: "Erase",
	readback: "Read back",
	memtest: "Memory test",
	verify: "Compare only",
	identify: "Identify only",
};

export function operationWord(name) {
	return words[name] ?? name ?? "";
}

// These never write to a unit: any profile allows them.
const harmless = ["verify", "readback", "memtest", "identify"];

// What an order under this profile may do; its own operation first.
export function allowed(profile) {
	const first = profile?.operation ?? "download";
	return [...new Set([first, ...(profile?.operations ?? []), ...harmless])];
}

// Which operations take chosen partitions, and which take ranges.
export const takesOnly = (operation) => ["download", "verify"].includes(operation);
export const takesRanges = (operation) => ["erase", "readback"].includes(operation);
export const destroys = (operation) => ["format-all", "erase"].includes(operation);

export function list(text) {
	return text.split(/[\s,]+/).filter(Boolean);
}

const number = (text) => (/^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN);

// "nvram" is a partition; "user+0x1000:0x200" bytes of a region, "boot1+0" the whole of it.
export function ranges(text) {
	return list(text).map((one) => {
		const place = /^([^+:]+)\+([^:]+)(?::(.+))?$/.exec(one);
		if (!place) return { partition: one };
		const [, region, start, length] = place;
		const range = { region, start: number(start) };
		if (length !== undefined) range.length = number(length);
		if (Object.values(range).some(Number.isNaN)) throw new Refused({ detail: `“${one}” is no place`, remedy: "write a partition, or a region with start and length such as user+0x1000:0x200" });
		return range;
	});
}
