// panel: one slot up close, or the record of one run. It lies over the side and leaves the rack alone.
import { get, post, said } from "./api.js";
import { icon, make, setAttribute, setIcon, setPart, setText } from "./dom.js";
import { bytes, left, percent, soFar, speed, when } from "./format.js";
import { cardFacts, partitionRows, runFacts, stepRows, tableRows } from "./record.js";
import { share } from "./tile.js";
import { operationWord } from "./operations.js";
import { codeLine, isBusy, look, meaning, modeWord, needsHand, tries } from "./words.js";

function facts(rows) {
	return make("dl", { class: "facts" }, ...rows.filter(([, value]) => value)
		.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, String(value))]));
}

function errorBox(error, state) {
	if (!error && !meaning(null, state)) return null;
	return make("div", { class: "panel-error" },
		make("b", {}, meaning(error, state)),
		error?.action?.length ? make("ol", {}, ...error.action.map((one) => make("li", {}, one))) : null,
		make("code", {}, codeLine(error)));
}

function slotFacts(slot) {
	const counts = slot.counts;
	return [
		["Unit", slot.unit.me_id], ["SoC", slot.unit.soc_id], ["Chip", slot.unit.chip],
		["Operation", operationWord(slot.operation)], ["Try", tries(slot)], ["Note", slot.notice && meaning(slot.notice)],
		["Mode", modeWord(slot.mode)], ["USB", [slot.usb.id, slot.usb.speed && `${slot.usb.speed} speed`].filter(Boolean).join(", ")],
		["Run", slot.run], ["Started", slot.started_at && when(slot.started_at)],
		["Port", slot.path],
		["In a row", slot.fails_in_a_row > 1 && `${slot.fails_in_a_row} failures`],
		["This slot", `${counts.runs} ${counts.runs === 1 ? "run" : "runs"}: ${counts.passed} passed, ${counts.failed} failed, ${counts.refused} refused`],
	];
}

export class Panel {
	constructor(box, onClose) {
		this.box = box;
		this.onClose = onClose;
		this.title = make("h2", { id: "panel-title" });
		this.icon = icon("empty");
		this.word = make("span");
		this.state = make("span", { class: "state" }, this.icon, this.word);
		this.shut = make("button", { class: "quiet", type: "button", "aria-label": "Close", onclick: () => this.close() }, icon("close"));
		this.error = make("div");
		this.progress = this.makeProgress();
		this.acts = this.makeActs();
		this.facts = make("div");
		this.record = make("div", { class: "panel-record" });
		this.body = make("div", { class: "panel-body" }, this.error, this.progress.box, this.acts.box, this.facts, this.record);
		box.append(make("div", { class: "panel-head" }, this.title, this.state, this.shut), this.body);
		document.addEventListener("keydown", (event) => event.key === "Escape" && !box.hidden && this.close());
	}

	makeProgress() {
		const parts = { part: make("b"), left: make("span"), bar: make("i"), line: make("p") };
		parts.box = make("div", { class: "panel-progress" }, make("div", { class: "numbers" }, parts.part, parts.left), parts.bar, parts.line);
		return parts;
	}

	makeActs() {
		const parts = {
			retry: make("button", { class: "main", type: "button", onclick: () => this.act("retry") }, "Try again"),
			release: make("button", { class: "main", type: "button", onclick: () => this.act("release") }, "Release this slot"),
			abort: make("button", { class: "danger", type: "button", onclick: () => this.sure(true) }, "Abort this run"),
			question: make("p", {}, "Abort? The unit stays half written and is recorded as interrupted."),
			yes: make("button", { class: "danger", type: "button", onclick: () => this.act("abort") }, "Yes, abort"),
			no: make("button", { class: "plain", type: "button", onclick: () => this.sure(false) }, "No, go on"),
			said: make("p", { class: "said", role: "alert" }),
		};
		parts.box = make("div", { class: "panel-acts" }, parts.release, parts.retry, parts.abort, parts.question, parts.yes, parts.no, parts.said);
		return parts;
	}

	openSlot(slot) {
		this.path = slot.path;
		this.run = null;
		this.seenRun = null;
		this.open(`Slot ${slot.label}`);
		this.showSlot(slot);
	}

	async openRun(id) {
		this.path = null;
		this.run = id;
		this.open(`Run ${id}`);
		for (const part of [this.progress.box, this.acts.box]) part.hidden = true;
		this.error.replaceChildren();
		this.facts.replaceChildren(make("p", {}, "Reading the record…"));
		this.record.replaceChildren();
		this.tone("removed", "");
		const run = await this.read(id);
		if (!run || this.run !== id) return;
		this.tone(run.result ?? "writing", look(run.result ?? "writing").word);
		this.error.replaceChildren(...[run.error && errorBox(run.error, run.result)].filter(Boolean));
		this.facts.replaceChildren(facts(runFacts(run)));
		this.showRecord(run);
	}

	open(title) {
		setText(this.title, title);
		this.sure(false);
		setText(this.acts.said, "");
		if (this.box.hidden) {
			this.box.hidden = false;
			this.shut.focus({ preventScroll: true });
		}
	}

	close() {
		const path = this.path;
		this.box.hidden = true;
		this.path = null;
		this.run = null;
		this.onClose(path);
	}

	tone(state, word) {
		const { icon: shape } = look(state);
		setAttribute(this.box, "class", `card panel tone-${shape}`);
		setIcon(this.icon, shape);
		setText(this.word, word);
		this.state.hidden = !word;
	}

	// Called with every change of the slot on show.
	showSlot(slot) {
		if (this.box.hidden || this.path !== slot.path) return;
		this.label = slot.label;
		this.tone(slot.state, look(slot.state).word);
		setPart(this.box, isBusy(slot) ? share(slot) : 0);
		this.showError(slot);
		this.showProgress(slot);
		this.acts.box.hidden = !isBusy(slot) && !needsHand(slot) && !slot.quarantined;
		this.acts.release.hidden = !slot.quarantined;
		this.acts.retry.hidden = !needsHand(slot) || slot.quarantined;
		this.busy = isBusy(slot);
		this.sure(this.asking && this.busy);
		this.showFacts(slot);
		this.showRun(slot);
	}

	// Built anew only when its text changes: a selection or the reader's place is kept.
	showError(slot) {
		const key = JSON.stringify([slot.state, slot.error]);
		if (this.error.dataset.key === key) return;
		this.error.dataset.key = key;
		this.error.replaceChildren(...[needsHand(slot) && errorBox(slot.error, slot.state)].filter(Boolean));
	}

	showFacts(slot) {
		const rows = slotFacts(slot);
		const key = JSON.stringify(rows);
		if (this.facts.dataset.key === key) return;
		this.facts.dataset.key = key;
		this.facts.replaceChildren(facts(rows));
	}

	showProgress(slot) {
		const p = this.progress;
		p.box.hidden = !isBusy(slot);
		if (p.box.hidden) return;
		setText(p.part, slot.bytes_total ? `${percent(share(slot))}\u00a0%` : look(slot.state).word);
		setText(p.left, slot.seconds_left === null ? soFar(slot.run_ms) : left(slot.seconds_left));
		setPart(p.bar, share(slot));
		setText(p.line, [slot.partition || slot.step,
			slot.bytes_total && `${bytes(slot.bytes_done)} of ${bytes(slot.bytes_total)}`,
			slot.mib_per_s && speed(slot.mib_per_s)].filter(Boolean).join(" · "));
	}

	// The ledger has the run's record once it has ended.
	async showRun(slot) {
		const key = slot.run && !isBusy(slot) ? slot.run : null;
		if (key === this.seenRun) return;
		this.seenRun = key;
		this.record.replaceChildren();
		if (!key) return;
		const run = await this.read(key);
		if (run && this.seenRun === key) this.showRecord(run);
	}

	async read(id) {
		try {
			return await get(`runs/${id}`);
		} catch (error) {
			this.record.replaceChildren(make("p", {}, said(error)));
			return null;
		}
	}

	showRecord(run) {
		this.record.replaceChildren(
			...[stepRows(run), partitionRows(run), tableRows(run)].filter(Boolean),
			make("section", {}, make("h3", {}, make("span", {}, "Device")), facts(cardFacts(run))),
			make("p", {}, make("a", { href: `/api/v1/runs/${run.id}/log`, target: "_blank", rel: "noopener" }, "Log of this run")));
	}

	sure(asking) {
		const a = this.acts;
		const asked = asking && !this.asking;
		this.asking = asking;
		for (const part of [a.question, a.yes, a.no]) part.hidden = !asking;
		a.abort.hidden = asking || !this.busy;
		if (asked) a.no.focus();
	}

	async act(what) {
		setText(this.acts.said, "");
		this.sure(false);
		try {
			await post(`slots/${encodeURIComponent(this.path)}/${what}`);
		} catch (error) {
			setText(this.acts.said, said(error));
		}
	}
}
