// record: the parts of a run's record, for the panel.
import { make } from "./dom.js";
import { bytes, ms, speed, when } from "./format.js";

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

export function runFacts(run) {
	return [
		["Slot", run.slot], ["Unit", run.unit?.me_id], ["SoC", run.unit?.soc_id], ["Serial", run.unit?.serial],
		["IMEI", run.unit?.imei?.join(", ")], ["Order", run.order_name ?? run.order], ["Package", run.package_name ?? run.package],
		["Profile", run.profile], ["Attempt", run.attempt], ["Started", run.started_at && when(run.started_at)],
		["Took", run.finished_at && ms(Date.parse(run.finished_at) - Date.parse(run.started_at))],
		["Written", run.bytes_written ? bytes(run.bytes_written) : null], ["Speed", run.mib_per_s ? speed(run.mib_per_s) : null],
	];
}
