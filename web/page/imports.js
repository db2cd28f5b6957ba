// imports: packages on their way into the store, and those that did not get there.
import { keyed, make, setPart, setText } from "./dom.js";
import { bytes, percent } from "./format.js";

function create() {
	const parts = { name: make("b"), how: make("span"), bar: make("i"), problem: make("p") };
	const item = make("li", { class: "import" }, make("div", {}, parts.name, parts.how), parts.bar, parts.problem);
	item.parts = parts;
	return item;
}

function update(item, one) {
	const { name, how, bar, problem } = item.parts;
	const importing = one.state === "importing";
	setText(name, one.name ?? one.id ?? "package");
	setText(how, !importing ? one.state : one.bytes
		? `${percent(one.bytes_done / one.bytes)} % of ${bytes(one.bytes)}` : bytes(one.bytes_done));
	bar.hidden = !importing;
	setPart(bar, one.bytes ? one.bytes_done / one.bytes : 0);
	setText(problem, one.problem ?? "");
	problem.hidden = !one.problem;
}

export function showImports(card, list, packages) {
	const rows = packages.filter((one) => one.state !== "ready").slice(-5);
	card.hidden = rows.length === 0;
	keyed(list, rows, (one) => `${one.id ?? ""} ${one.name ?? ""}`, create, update);
}
