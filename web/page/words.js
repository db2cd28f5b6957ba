// words: each state of a slot in plain words, with its look. `kind` is the style and the shape.

const states = {
	empty: ["empty", "Empty"],
	removed: ["removed", "Removed"],
	arrived: ["busy", "Arrived"],
	connecting: ["busy", "Connecting"],
	identified: ["busy", "Identified"],
	preflight: ["busy", "Checking"],
	agent: ["busy", "Agent"],
	inspect: ["busy", "Reading"],
	reading: ["busy", "Saving"],
	testing: ["busy", "Testing"],
	writing: ["busy", "Writing"],
	verifying: ["busy", "Verifying"],
	finishing: ["busy", "Finishing"],
	storing: ["busy", "Recording"],
	passed: ["passed", "Pass"],
	failed: ["failed", "Fail"],
	refused: ["refused", "Refused"],
	interrupted: ["interrupted", "Interrupted"],
	held: ["held", "Held"],
};

export function look(state) {
	const [kind, word] = states[state] ?? ["held", state ?? "Unknown"];
	return { kind, word, icon: kind };
}

const NEEDS_A_HAND = new Set(["failed", "interrupted", "refused", "held"]);

export function needsHand(slot) {
	return NEEDS_A_HAND.has(slot.state);
}

export function isBusy(slot) {
	return look(slot.state).kind === "busy";
}

// What to say when the station gave no reason: never nothing.
const plain = {
	failed: "The unit was not flashed.",
	interrupted: "The run was broken off; the unit is not complete.",
	refused: "The unit was refused. Nothing was written.",
	held: "The unit waits.",
};

export function meaning(error, state) {
	return error?.meaning || plain[state] || "";
}

const noOrder = {
	meaning: "A unit is here, but no order is open.",
	action: ["Open an order above: the unit then starts by itself"],
};
const fullOrder = {
	meaning: "A unit is here, but the order has all of its units.",
	action: ["Close the order and open the next one: the unit then starts by itself"],
};

// Units that wait for an order all wait for the same one thing, which is not at their slots. What is
// missing is known better here than in the catalogue's general entry; null for every other slot.
export function waitingFor(slot, orders) {
	if (slot.state !== "held" || slot.error?.code !== "ST-080") return null;
	const order = orders.at(-1);
	if (!order) return noOrder;
	return order.quantity && order.passed + order.running >= order.quantity ? fullOrder : null;
}

// What runs in the unit, as people on a line call it.
const modes = { brom: "boot ROM", preloader: "preloader", da: "agent", meta: "META mode", fastboot: "fastboot", charging: "its own system, or charging" };

export function modeWord(mode) {
	return modes[mode] ?? mode ?? "";
}

export function tries(slot) {
	if (!slot.attempt) return "";
	const left = slot.tries_left === null ? "" : slot.tries_left === 0 ? ", none left" : `, ${slot.tries_left} left`;
	return `${slot.attempt}${left}`;
}

export function codeLine(error) {
	if (!error) return "";
	return [error.code, error.name, error.what].filter(Boolean).join(" · ");
}
