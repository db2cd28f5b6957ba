// order_form: opens an order, and imports the firmware it needs.
import { post, said } from "./api.js";
import { make, setText } from "./dom.js";

const IMPORT = "import";

function field(label, className, control) {
	return make("label", { class: `field ${className}` }, label, control);
}

function options(select, list, chosen) {
	const wanted = JSON.stringify(list);
	if (select.dataset.list === wanted) return;
	select.dataset.list = wanted;
	select.replaceChildren(...list.map(([value, text]) => make("option", { value }, text)));
	if (list.some(([value]) => value === chosen)) select.value = chosen;
}

export class OrderForm {
	constructor() {
		this.package = make("select", { name: "package", required: true, onchange: () => this.shape() });
		this.profile = make("select", { name: "profile", required: true });
		this.quantity = make("input", { name: "quantity", type: "number", min: "1", max: "100000000", step: "1" });
		this.name = make("input", { name: "name", maxlength: "60", autocomplete: "off" });
		this.operator = make("input", { name: "operator", maxlength: "60", autocomplete: "off" });
		this.path = make("input", { name: "path", autocomplete: "off", spellcheck: "false" });
		this.send = make("button", { class: "main", type: "submit" }, "Open order");
		this.hint = make("p");
		this.said = make("p", { class: "said", role: "alert", hidden: true });
		this.importing = field("Folder on the station, from the root /", "path", this.path);
		this.rest = [
			field("Profile", "pick", this.profile),
			field("Quantity, or no end", "number", this.quantity),
			field("Order name, if any", "text", this.name),
			field("Operator, if any", "text", this.operator),
		];
		this.element = make("form", { class: "order-form", novalidate: "", onsubmit: (event) => this.submit(event) },
			make("div", {}, make("h2", {}, "No order is open"), this.hint),
			field("Package", "pick", this.package), this.importing, ...this.rest, this.send, this.said);
	}

	choices(packages, profiles) {
		const ready = (packages ?? []).filter((p) => p.state === "ready");
		// What was just imported is what is wanted next; so is the first package there is.
		const known = this.ready;
		this.ready = new Set(ready.map((p) => p.id));
		const fresh = known && ready.find((p) => !known.has(p.id));
		const chosen = fresh && (this.imported || !known.size) ? fresh.id : this.package.value;
		if (fresh) this.imported = false;
		options(this.package, [
			...ready.map((p) => [p.id, [p.name, p.platform].filter(Boolean).join(" · ")]),
			[IMPORT, "Import a folder…"],
		], chosen);
		options(this.profile, profiles.map((name) => [name, name]), this.profile.value);
		setText(this.hint, ready.length
			? "Choose what to make. Units that are in the rack then start by themselves."
			: "First import a firmware folder: the station checks it and keeps its own copy.");
		this.shape();
	}

	shape() {
		const importing = this.package.value === IMPORT;
		this.importing.hidden = !importing;
		for (const one of this.rest) one.hidden = importing;
		setText(this.send, importing ? "Import" : "Open order");
	}

	say(text) {
		setText(this.said, text);
		this.said.hidden = !text;
	}

	request() {
		if (this.package.value === IMPORT) return ["packages", { path: this.path.value.trim() }];
		const body = { package: this.package.value, profile: this.profile.value };
		const quantity = this.quantity.value.trim();
		if (quantity) body.quantity = Number(quantity);
		if (this.name.value.trim()) body.name = this.name.value.trim();
		if (this.operator.value.trim()) body.operator = this.operator.value.trim();
		return ["orders", body];
	}

	async submit(event) {
		event.preventDefault();
		this.say("");
		this.send.disabled = true;
		try {
			await post(...this.request());
			this.imported = this.package.value === IMPORT;
			this.path.value = "";
			this.name.value = "";
		} catch (error) {
			this.say(said(error));
		} finally {
			this.send.disabled = false;
		}
	}
}
