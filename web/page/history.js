// history: the latest runs, and the failed ones among the earlier. Read from the ledger when a run
// has ended, not more often than every second.
import { get } from "./api.js";
import { icon, keyed, make, setAttribute, setIcon, setText } from "./dom.js";
import { ms, shortId, when } from "./format.js";
import { look } from "./words.js";

const SHOWN = 40;
const PACE_MS = 1000;

function makeRow(onRun) {
	const parts = { icon: icon("passed"), slot: make("b"), who: make("span", { class: "who" }), long: make("span", { class: "long" }), at: make("span", { class: "when" }) };
	const item = make("li", { class: "run" }, make("button", { type: "button", onclick: () => onRun(item.run.id) }, parts.icon, parts.slot, parts.who, parts.long, parts.at));
	item.parts = parts;
	return item;
}

function updateRow(item, run) {
	const { icon: shape, word } = look(run.result);
	const failed = run.result !== "passed";
	item.run = run;
	setAttribute(item, "class", `run tone-${shape}`);
	setIcon(item.parts.icon, shape);
	setText(item.parts.slot, run.slot);
	setText(item.parts.who, failed && run.error ? `${run.error.code} ${run.error.name}` : shortId(run.unit?.me_id || run.unit?.soc_id) || word);
	setText(item.parts.long, run.finished_at ? ms(Date.parse(run.finished_at) - Date.parse(run.started_at)) : "");
	setText(item.parts.at, when(run.finished_at ?? run.started_at));
	setAttribute(item.firstElementChild, "aria-label", `Run ${run.id}, slot ${run.slot}: ${word}, ${when(run.finished_at ?? run.started_at)}`);
}

export class History {
	constructor(list, count, onRun, onFailed) {
		this.list = list;
		this.count = count;
		this.onRun = onRun;
		this.onFailed = onFailed;
		this.none = make("li", { class: "calm" }, "No run has ended yet.");
		this.timer = 0;
	}

	// Something ended: read again soon. Calls within the pace are one.
	refresh() {
		if (this.timer) return;
		this.timer = setTimeout(() => {
			this.timer = 0;
			this.read();
		}, PACE_MS);
	}

	async read() {
		try {
			const [runs, failed, refused] = await Promise.all([
				get(`runs?limit=${SHOWN}`), get("runs?result=failed&limit=5"), get("runs?result=refused&limit=5"),
			]);
			this.show(runs.items.filter((run) => run.result));
			this.onFailed([...failed.items, ...refused.items].sort((a, b) => b.id - a.id));
		} catch {
			this.refresh(); // busy or away: what is shown stays, and it is tried again
		}
	}

	show(runs) {
		keyed(this.list, runs.length ? runs : [null], (run) => run?.id ?? "none",
			(run) => (run ? makeRow(this.onRun) : this.none), (item, run) => run && updateRow(item, run));
		setText(this.count, "");
	}
}
