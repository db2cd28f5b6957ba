// record: the parts of a run's record, for the panel.
import { make } from "./dom.js";
import { bytes, ms, speed, when } from "./format.js";
import { operationWord } from "./operations.js";
import { modeWord } from "./words.js";

function rows(title, right, list) {
	return make("section", {}, make("h3", {}, make("span", {}, title), make("span", {}, right)), make("ol", { class: "rows" }, ...list));
}

export function stepRows(run) {
	if (!run.steps?.length) return null;
	const total = run.steps.reduce((sum, step) => sum + step.ms, 0);
	return rows("Steps", ms(total), run.steps.map((step) => {
		const good = step.result === "passed" || step.result === "ok";
		return make("li", {}, make("b", { class: good ? "" : "bad" }, step.name),
			make("span", { class: good ? "" : "bad" }, good ? "" : step.result), make("span", {}, ms(step.ms)));
	}));
}

export function partitionRows(run) {
	if (!run.partitions?.length) return null;
	return rows("Partitions", bytes(run.partitions.reduce((sum, part) => sum + part.bytes, 0)), run.partitions.map((part) =>
		make("li", {}, make("b", { class: part.verify === "bad" ? "bad" : "", title: part.sha256 ?? "" }, part.name),
			make("span", {}, bytes(part.bytes)), make("span", { class: part.verify === "bad" ? "bad" : "" }, part.verify === "none" ? "not verified" : `verified: ${part.verify}`))));
}

const mv = (value) => (value ? `${(value / 1000).toFixed(2)}\u00a0V` : null);

// The card of what was on the bench.
export function cardFacts(run) {
	const f = run.facts ?? {};
	const storage = f.storage;
	const security = [f.secure_boot && "secure boot", f.serial_link_authentication && "SLA", f.agent_authentication && "DAA", f.agent_locked && "agent locked"].filter(Boolean);
	return [
		["Chip", f.chip && [f.chip, f.hw_code].filter(Boolean).join(", ")],
		["Revisions", f.hw_code && [f.hw_sub_code, f.hw_version, f.sw_version].filter(Boolean).join(" ")],
		["Security", f.target_config && (security.join(", ") || "open")],
		["Came by", modeWord(f.arrived_as)], ["Agent", f.da_version],
		["Storage", storage && [storage.kind, storage.name, ...Object.entries(storage.bytes ?? {}).map(([region, size]) => `${region} ${bytes(size)}`)].filter(Boolean).join(", ")],
		["Storage id", storage?.cid], ["Life", storage?.life_a ? `${storage.life_a}, ${storage.life_b} of 11` : null],
		["Bad blocks", f.bad_blocks], ["DRAM", f.dram_bytes ? bytes(f.dram_bytes) : null], ["Battery", mv(f.battery_mv)],
		["Active slot", f.active_slot], ["USB", f.usb_speed],
	];
}

export function tableRows(run) {
	const table = run.facts?.table ?? run.table;
	if (!table?.length) return null;
	return rows("Partition table", String(table.length), table.map((part) =>
		make("li", {}, make("b", {}, part.name), make("span", {}, `0x${part.start.toString(16)}`), make("span", {}, bytes(part.size)))));
}

export function runFacts(run) {
	return [
		["Operation", operationWord(run.operation)],
		["Slot", run.slot], ["Unit", run.unit?.me_id], ["SoC", run.unit?.soc_id], ["Serial", run.unit?.serial],
		["IMEI", run.unit?.imei?.join(", ")], ["Order", run.order_name ?? run.order], ["Package", run.package_name ?? run.package],
		["Profile", run.profile], ["Attempt", run.attempt], ["Started", run.started_at && when(run.started_at)],
		["Took", run.finished_at && ms(Date.parse(run.finished_at) - Date.parse(run.started_at))],
		["Written", run.bytes_written ? bytes(run.bytes_written) : null], ["Speed", run.mib_per_s ? speed(run.mib_per_s) : null],
	];
}
