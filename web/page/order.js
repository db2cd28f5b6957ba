// order: the frame of the page. What is being made, how far, how well, how fast; or, when nothing is
// being made, what to do about it.
import { get, post, said } from "./api.js";
import { make, setPart, setText } from "./dom.js";
import { percent, seconds, whole } from "./format.js";
import { operationWord } from "./operations.js";
import { OrderForm } from "./order_form.js";

function figure(name, extra = false) {
	const value = make("b");
	const box = make("div", { class: extra ? "figure extra" : "figure" }, value, make("span", {}, name));
	return { box, value };
}

// Value and unit apart, so that the unit stays small.
function setFigure(value, number, unit = "") {
	const text = `${number} ${unit}`;
	if (value.dataset.text === text) return;
	value.dataset.text = text;
	value.replaceChildren(number, unit ? make("small", {}, `\u00a0${unit}`) : "");
}

export class Order {
	constructor(box) {
		this.box = box;
		this.form = new OrderForm();
		this.parts = {
			name: make("b"),
			about: make("span"),
			close: make("button", { class: "quiet", type: "button", onclick: () => this.askClose() }, "Close order"),
			resume: make("button", { class: "main", type: "button", hidden: true, onclick: () => this.resume() }, "Go on"),
			passed: make("i", { class: "passed" }),
			running: make("i", { class: "running" }),
			note: make("p", { class: "order-note" }),
			done: figure("passed"),
			fpy: figure("first-pass yield"),
			rate: figure("units an hour"),
			takt: figure("takt", true),
		};
		const p = this.parts;
		p.bar = make("div", { class: "order-bar", role: "progressbar", "aria-label": "Units passed", "aria-valuemin": "0" }, p.passed, p.running);
		this.open = [
			make("div", { class: "order-what" }, make("div", { class: "order-title" }, p.name, p.about, p.close, p.resume), p.bar, p.note),
			make("div", { class: "order-figures" }, p.done.box, p.fpy.box, p.rate.box, p.takt.box),
		];
		this.shown = "";
		this.profiles = [];
	}

	async snapshot() {
		try {
			this.profiles = (await get("profiles")).items;
		} catch {
			this.profiles = []; // the form says that there is none; the next snapshot asks again
		}
		this.form.choices(this.packages, this.profiles);
	}

	update(orders, packages) {
		this.packages = packages;
		this.form.choices(packages, this.profiles);
		const order = orders.at(-1); // the newest open order is the one being made
		const shown = order ? "order" : "form";
		if (shown !== this.shown) {
			this.box.replaceChildren(...(order ? this.open : [this.form.element]));
			this.shown = shown;
		}
		if (order) this.show(order, orders.slice(0, -1));
	}

	show(order, others) {
		const p = this.parts;
		const goal = order.quantity ?? Math.max(order.passed + order.running, 1);
		if (this.id !== order.id) this.resetClose();
		this.id = order.id;
		setText(p.name, order.name ?? `Order ${order.id}`);
		setText(p.about, [order.operation !== "download" && operationWord(order.operation), order.product, order.package.name ?? order.package.id?.slice(0, 12), order.profile,
			order.operator && `operator ${order.operator}`, order.slots?.length && `slots ${order.slots.join(", ")}`].filter(Boolean).join(" · "));
		setPart(p.passed, order.passed / goal);
		setPart(p.running, Math.min(order.running, Math.max(goal - order.passed, 0)) / goal);
		p.bar.setAttribute("aria-valuemax", String(goal));
		p.bar.setAttribute("aria-valuenow", String(order.passed));
		p.resume.hidden = !order.stopped;
		setText(p.note, this.note(order, others));
		setFigure(p.done.value, whole(order.passed), order.quantity ? `/ ${whole(order.quantity)}` : "");
		setFigure(p.fpy.value, order.first_pass_yield === null ? "–" : percent(order.first_pass_yield, 1), order.first_pass_yield === null ? "" : "%");
		setFigure(p.rate.value, order.units_per_hour === null ? "–" : whole(order.units_per_hour));
		// Of the line, not of two passes: units of one rack pass in bursts, so the median gap says little.
		const [takt, ...unit] = order.units_per_hour > 0 ? seconds(3600 / order.units_per_hour).split("\u00a0") : ["–"];
		setFigure(p.takt.value, takt, unit.join("\u00a0"));
	}

	note(order, others) {
		const parts = [
			order.stopped ? `stopped: ${order.stopped}` : "",
			`${order.running} in work`,
			`${order.failed} failed`,
			`${order.refused} refused`,
			order.interrupted ? `${order.interrupted} interrupted` : "",
			order.quantity && order.passed >= order.quantity ? "all units made: close the order" : "",
			others.length ? `also open: ${others.map((other) => other.name).join(", ")}` : "",
		];
		return parts.filter(Boolean).join(" · ");
	}

	resume() {
		post(`orders/${this.id}/resume`).catch((error) => setText(this.parts.note, said(error)));
	}

	// Closing is asked twice: the first press changes the button's words for a few seconds.
	askClose() {
		const button = this.parts.close;
		if (!button.dataset.sure) {
			button.dataset.sure = "1";
			button.textContent = "Press again to close";
			button.className = "danger";
			this.timer = setTimeout(() => this.resetClose(), 5000);
			return;
		}
		this.resetClose();
		post(`orders/${this.id}/close`).catch((error) => setText(this.parts.note, said(error)));
	}

	resetClose() {
		const button = this.parts.close;
		clearTimeout(this.timer);
		delete button.dataset.sure;
		button.textContent = "Close order";
		button.className = "quiet";
	}
}
