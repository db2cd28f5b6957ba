// schema: checks a value against a JSON schema of the station, as far as those schemas go. A keyword
// that is not known here is an error, so that no schema is half checked.
const IGNORED = new Set(["$schema", "$id", "title", "description", "format", "default", "example", "examples"]);

function typeOf(value) {
	if (value === null) return "null";
	if (Array.isArray(value)) return "array";
	if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
	return typeof value;
}

function typeFits(value, types) {
	const type = typeOf(value);
	return [types].flat().some((one) => one === type || (one === "number" && type === "integer"));
}

const keywords = {
	type: (types, value, at) => (typeFits(value, types) ? [] : [`${at}: ${typeOf(value)} is not ${types}`]),
	enum: (list, value, at) => (list.includes(value) ? [] : [`${at}: ${JSON.stringify(value)} is not in the list`]),
	const: (one, value, at) => (one === value ? [] : [`${at}: ${JSON.stringify(value)} is not ${JSON.stringify(one)}`]),
	minimum: (low, value, at) => (typeof value !== "number" || value >= low ? [] : [`${at}: ${value} is below ${low}`]),
	maximum: (high, value, at) => (typeof value !== "number" || value <= high ? [] : [`${at}: ${value} is above ${high}`]),
	minLength: (low, value, at) => (typeof value !== "string" || value.length >= low ? [] : [`${at}: too short`]),
	maxLength: (high, value, at) => (typeof value !== "string" || value.length <= high ? [] : [`${at}: too long`]),
	pattern: (text, value, at) => (typeof value !== "string" || new RegExp(text).test(value) ? [] : [`${at}: "${value}" does not fit ${text}`]),
	items: (one, value, at, load) => (Array.isArray(value) ? value.flatMap((item, i) => check(one, item, `${at}[${i}]`, load)) : []),
	required: (names, value, at) => (typeOf(value) !== "object" ? [] : names.filter((name) => !(name in value)).map((name) => `${at}.${name}: missing`)),
	properties: (all, value, at, load) => (typeOf(value) !== "object" ? [] : Object.keys(all).filter((name) => name in value).flatMap((name) => check(all[name], value[name], `${at}.${name}`, load))),
	additionalProperties: (allowed, value, at, load, schema) => (allowed !== false || typeOf(value) !== "object" ? [] : Object.keys(value).filter((name) => !(name in (schema.properties ?? {}))).map((name) => `${at}.${name}: not in the schema`)),
	oneOf: (list, value, at, load) => {
		const results = list.map((one) => check(one, value, at, load));
		return results.filter((result) => !result.length).length === 1 ? [] : [`${at}: fits not exactly one of: ${results.flat().join("; ")}`];
	},
	$ref: (name, value, at, load) => check(load(name), value, at, load),
};

// Messages, none when the value fits. `load` gives the schema of a $ref.
export function check(schema, value, at, load) {
	return Object.entries(schema).flatMap(([keyword, wanted]) => {
		if (IGNORED.has(keyword)) return [];
		if (!keywords[keyword]) throw new Error(`the checker does not know "${keyword}"`);
		return keywords[keyword](wanted, value, at, load, schema);
	});
}
