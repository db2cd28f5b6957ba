// rack: the grid of slots. Chooses the number of columns so that the tiles come out large and not
// too flat, and moves the focus with the arrow keys.
import { keyed } from "./dom.js";
import { makeTile, updateTile } from "./tile.js";

const WIDE = 1.35; // a tile's best width for its height
const LOWEST_PX = 62;

// When labels are rows of a real rack (A1…A8, B1…B8), a line of the page should be one of them.
function rowLength(slots) {
	const rows = new Map();
	for (const slot of slots) {
		const row = /^([A-Za-z]+)\d+$/.exec(slot.label ?? "")?.[1];
		if (!row) return 0;
		rows.set(row, (rows.get(row) ?? 0) + 1);
	}
	const lengths = new Set(rows.values());
	return lengths.size === 1 && rows.size > 1 ? [...lengths][0] : 0;
}

export function columnsFor(count, width, height, row) {
	let best = { columns: 1, score: -1 };
	for (let columns = 1; columns <= count; columns++) {
		const rows = Math.ceil(count / columns);
		const w = width / columns;
		const h = Math.max(height / rows, LOWEST_PX);
		const seen = Math.min(1, height / (rows * h)); // of the rack without scrolling
		let score = seen * seen * Math.min(w, h * WIDE) * Math.min(h, w / WIDE * 1.5);
		if (row && (columns === row || row % columns === 0 || columns % row === 0)) score *= 1.25;
		if (count % columns === 0) score *= 1.1;
		if (score > best.score) best = { columns, score };
	}
	return best.columns;
}

export class Rack {
	constructor(list, empty, onChoose) {
		this.list = list;
		this.empty = empty;
		this.onChoose = onChoose;
		this.items = new Map();
		this.slots = [];
		new ResizeObserver(() => this.fit()).observe(list);
		list.addEventListener("keydown", (event) => this.onKey(event));
	}

	all(slots, chosen) {
		this.slots = slots;
		keyed(this.list, slots, (slot) => slot.path, (slot) => makeTile(slot, this.onChoose),
			(item, slot) => updateTile(item, slot, slot.path === chosen));
		this.items = new Map([...this.list.children].map((item) => [item.dataset.key, item]));
		this.empty.hidden = slots.length > 0;
		this.fit();
	}

	one(slot, chosen) {
		const item = this.items.get(slot.path);
		if (item) updateTile(item, slot, slot.path === chosen);
	}

	focus(path) {
		this.items.get(path)?.tile.button.focus();
	}

	fit() {
		const { clientWidth: width, clientHeight: height } = this.list;
		if (!width || !this.slots.length) return;
		this.columns = columnsFor(this.slots.length, width, height, rowLength(this.slots));
		this.list.style.setProperty("--columns", this.columns);
	}

	onKey(event) {
		const tiles = [...this.list.querySelectorAll(".tile")];
		const at = tiles.indexOf(document.activeElement);
		const columns = getComputedStyle(this.list).gridTemplateColumns.split(" ").length;
		const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -at, End: tiles.length - 1 - at }[event.key];
		if (step === undefined || at < 0) return;
		event.preventDefault();
		tiles[at + step]?.focus();
	}
}
