// hands: what needs a hand now, newest first, and below it the last failures whose units have left.
// One failure, one sentence, one action; the code stands below for those who know it.
import { icon, keyed, make, setAttribute, setIcon, setText } from "./dom.js";
import { codeLine, look, meaning, needsHand } from "./words.js";

const PAST = 4;

function makeHand(onChoose) {
	const parts = { icon: icon("failed"), label: make("span"), text: make("b"), next: make("p", { class: "next" }), code: make("code") };
	const button = make("button", { type: "button" }, parts.label, parts.icon);
	const item = make("li", { class: "hand" }, button, parts.text, parts.next, parts.code);
	button.addEventListener("click", () => onChoose(item.entry));
	item.parts = parts;
	item.button = button;
	return item;
}

function updateHand(item, entry) {
	const { parts, button } = item;
	const { icon: shape, word } = look(entry.state);
	item.entry = entry;
	setAttribute(item, "class", `hand tone-${shape}${entry.past ? " past" : ""}`);
	setAttribute(button, "aria-label", `Slot ${entry.label}, ${word}: show it`);
	setIcon(parts.icon, shape);
	setText(parts.label, entry.label);
	setText(parts.text, meaning(entry.error, entry.state));
	setText(parts.next, entry.error?.action?.[0] ?? "");
	parts.next.hidden = !entry.error?.action?.length;
	setText(parts.code, codeLine(entry.error));
}

export class Hands {
	constructor(list, count, alerts, onSlot, onRun) {
		this.list = list;
		this.count = count;
		this.alerts = alerts;
		this.onChoose = (entry) => (entry.past ? onRun(entry.run) : onSlot(entry.path));
		this.known = null;
		this.runs = [];
		this.calm = make("li", { class: "calm" }, icon("passed"), "Nothing needs a hand.");
		this.earlier = make("li", { class: "earlier" }, "Earlier");
	}

	past(runs) {
		this.runs = runs;
	}

	update(slots) {
		const now = slots.filter(needsHand)
			.sort((a, b) => (b.changed_at ?? "").localeCompare(a.changed_at ?? ""))
			.map((slot) => ({ key: `slot ${slot.path}`, label: slot.label, path: slot.path, state: slot.state, error: slot.error, run: slot.run }));
		const shown = new Set(now.map((entry) => entry.run));
		const past = this.runs.filter((run) => !shown.has(run.id)).slice(0, PAST)
			.map((run) => ({ key: `run ${run.id}`, label: run.slot, run: run.id, state: run.result, error: run.error, past: true }));
		const rows = [...(now.length ? now : [{ key: "calm" }]), ...(past.length ? [{ key: "earlier" }] : []), ...past];
		keyed(this.list, rows, (entry) => entry.key,
			(entry) => ({ calm: this.calm, earlier: this.earlier })[entry.key] ?? makeHand(this.onChoose),
			(item, entry) => entry.label !== undefined && updateHand(item, entry));
		setText(this.count, now.length ? String(now.length) : "");
		this.announce(now);
	}

	// Tells screen readers what is new; at the first picture only how many there are.
	announce(now) {
		const keys = new Map(now.map((entry) => [`${entry.path} ${entry.run} ${entry.state}`, entry]));
		if (!this.known) {
			if (keys.size) setText(this.alerts, `${keys.size} slots need a hand.`);
		} else {
			const fresh = [...keys].filter(([key]) => !this.known.has(key)).map(([, entry]) =>
				`Slot ${entry.label}: ${look(entry.state).word}. ${meaning(entry.error, entry.state)} ${entry.error?.action?.[0] ?? ""}`);
			if (fresh.length) setText(this.alerts, fresh.join(" "));
		}
		this.known = new Set(keys.keys());
	}
}
