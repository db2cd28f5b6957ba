// order_form: opens an order, and imports the firmware it needs.
import { post, said } from "./api.js";
import { make, setText } from "./dom.js";
import { allowed, destroys, list, operationWord, ranges, takesOnly, takesRanges } from "./operations.js";

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
		this.profile = make("select", { name: "profile", required: true, onchange: () => this.shape() });
		this.operation = make("select", { name: "operation", onchange: () => this.shape() });
		this.places = make("input", { name: "places", autocomplete: "off", spellcheck: "false" });
		this.slots = make("input", { name: "slots", autocomplete: "off", spellcheck: "false" });
		this.quantity = make("input", { name: "quantity", type: "number", min: "1", max: "100000000", step: "1" });
		this.name = make("input", { name: "name", maxlength: "60", autocomplete: "off" });
		this.operator = make("input", { name: "operator", maxlength: "60", autocomplete: "off" });
		this.path = make("input", { name: "path", autocomplete: "off", spellcheck: "false" });
		this.send = make("button", { class: "main", type: "submit" }, "Open order");
		this.hint = make("p");
		this.said = make("p", { class: "said", role: "alert", hidden: true });
		this.importing = field("Folder on the station, from the root /", "path", this.path);
		this.operationField = field("Operation", "pick", this.operation);
		this.placesWord = make("span");
		this.placesField = make("label", { class: "field path" }, this.placesWord, this.places);
		this.rest = [
			field("Profile", "pick", this.profile),
			field("Quantity, or no end", "number", this.quantity),
			field("Order name, if any", "text", this.name),
			field("Operator, if any", "text", this.operator),
			field("Slots, or all", "text", this.slots),
		];
		this.element = make("form", { class: "order-form", novalidate: "", onsubmit: (event) => this.submit(event) },
			make("div", {}, make("h2", {}, "No order is open"), this.hint),
			field("Package", "pick", this.package), this.importing, this.rest[0], this.operationField, this.placesField, ...this.rest.slice(1), this.send, this.said);
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
		this.profiles = new Map(profiles.map((one) => [one.name, one.profile]));
		options(this.profile, profiles.map(({ name }) => [name, name]), this.profile.value);
		setText(this.hint, ready.length
			? "Choose what to make. Units that are in the rack then start by themselves."
			: "First import a firmware folder: the station checks it and keeps its own copy.");
		this.shape();
	}

	shape() {
		const importing = this.package.value === IMPORT;
		this.importing.hidden = !importing;
		for (const one of this.rest) one.hidden = importing;
		this.shapeOperation(importing);
		setText(this.send, importing ? "Import" : "Open order");
		this.send.className = !importing && destroys(this.operation.value) ? "danger" : "main";
	}

	// The profile says what may be done to its product.
	shapeOperation(importing) {
		const choices = allowed(this.profiles?.get(this.profile.value));
		options(this.operation, choices.map((name) => [name, operationWord(name)]), choices.includes(this.operation.value) ? this.operation.value : choices[0]);
		this.operationField.hidden = importing;
		const operation = this.operation.value;
		this.placesField.hidden = importing || !(takesOnly(operation) || takesRanges(operation));
		setText(this.placesWord, takesRanges(operation) ? "Partitions, or user+start:length" : "Partitions, or all");
	}

	choose(body) {
		const operation = this.operation.value;
		const places = this.places.value.trim();
		body.operation = operation;
		if (places && takesOnly(operation)) body.only = list(places);
		if (places && takesRanges(operation)) body.ranges = ranges(places);
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
		if (this.slots.value.trim()) body.slots = list(this.slots.value);
		this.choose(body);
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
