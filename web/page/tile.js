// tile: one slot of the rack. Made once; later only what changed is touched.
import { icon, make, setAttribute, setIcon, setPart, setText } from "./dom.js";
import { left, ms, percent, shortId, soFar, speed } from "./format.js";
import { codeLine, isBusy, look, meaning, needsHand } from "./words.js";

export function makeTile(slot, onChoose) {
	const parts = {
		label: make("span", { class: "tile-label" }),
		icon: icon("empty"),
		word: make("span"),
		number: make("span", { class: "tile-number" }),
		share: make("b", { class: "tile-share" }),
		what: make("span"),
		hint: make("span", { class: "tile-hint" }),
		footLeft: make("b"),
		footRight: make("span"),
		fill: make("span", { class: "tile-fill" }),
	};
	const button = make("button", { class: "tile", type: "button", onclick: () => onChoose(slot.path) },
		parts.fill,
		make("span", { class: "tile-head" }, parts.label, make("span", { class: "tile-state" }, parts.icon, parts.word)),
		make("span", { class: "tile-body" }, parts.number, make("span", { class: "tile-text" }, parts.share, parts.what), parts.hint),
		make("span", { class: "tile-foot" }, parts.footLeft, parts.footRight));
	const item = make("li", {}, button);
	item.tile = { button, parts };
	return item;
}

export function share(slot) {
	return slot.bytes_total > 0 ? slot.bytes_done / slot.bytes_total : 0;
}

function number(slot, parts) {
	const text = slot.state === "passed" && slot.run_ms ? ms(slot.run_ms)
		: isBusy(slot) && slot.bytes_total > 0 ? `${percent(share(slot))}\u00a0%` : "";
	const [value, unit = ""] = text.split("\u00a0");
	if (parts.number.dataset.value === text) return;
	parts.number.dataset.value = text;
	parts.number.replaceChildren(value, unit ? make("small", {}, unit) : "");
}

// One line: what is worked on, or why it stopped.
function what(slot) {
	if (needsHand(slot)) return meaning(slot.error, slot.state);
	if (slot.state === "writing" || slot.state === "verifying")
		return slot.partition || slot.step || "";
	if (isBusy(slot)) return [slot.unit.chip, slot.step].filter(Boolean).join(" · ");
	if (slot.state === "passed") return slot.unit.chip ?? "";
	if (slot.state === "removed") return "Ready for the next unit";
	return "";
}

function foot(slot) {
	const unit = shortId(slot.unit.me_id || slot.unit.soc_id);
	if (slot.state === "writing" || slot.state === "verifying")
		return [slot.seconds_left === null ? soFar(slot.run_ms) : left(slot.seconds_left), slot.mib_per_s ? speed(slot.mib_per_s) : unit];
	if (isBusy(slot)) return [soFar(slot.run_ms), unit];
	if (slot.state === "passed") return [unit, slot.run_ms ? ms(slot.run_ms) : ""];
	if (needsHand(slot)) return [unit, slot.error?.code ?? ""];
	return ["", ""];
}

// For those who hear the page: the same in one sentence.
function spoken(slot, word) {
	const parts = [`Slot ${slot.label}: ${word}`];
	if (slot.bytes_total > 0 && isBusy(slot)) parts.push(`${percent(share(slot))} percent`);
	if (what(slot)) parts.push(what(slot));
	if (needsHand(slot) && slot.error?.action?.length) parts.push(slot.error.action[0]);
	return parts.join(", ");
}

export function updateTile(item, slot, chosen) {
	const { button, parts } = item.tile;
	const { kind, word, icon: shape } = look(slot.state);
	const [footLeft, footRight] = foot(slot);

	setAttribute(button, "class", `tile ${kind}${chosen ? " chosen" : ""}`);
	setAttribute(button, "data-state", slot.state);
	setAttribute(button, "aria-label", spoken(slot, word));
	setAttribute(button, "title", needsHand(slot) ? codeLine(slot.error) : `${slot.label} · ${slot.path}`);
	setText(parts.label, slot.label ?? slot.path);
	setIcon(parts.icon, shape);
	setText(parts.word, word);
	number(slot, parts);
	setText(parts.share, isBusy(slot) && slot.bytes_total > 0 ? `${percent(share(slot))}\u00a0% ` : "");
	setText(parts.what, what(slot));
	setText(parts.hint, needsHand(slot) ? slot.error?.action?.[0] ?? "" : slot.notice?.meaning ?? "");
	setText(parts.footLeft, footLeft);
	setText(parts.footRight, footRight);
	setPart(button, isBusy(slot) ? share(slot) : 0);
}
