// dom: making elements, and changing only what differs, so that a live page does little work.

export function make(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
		else if (name === "class") element.className = value;
		else if (name in element && typeof value === "boolean") element[name] = value;
		else if (value !== null && value !== undefined) element.setAttribute(name, value);
	}
	element.append(...children.filter((child) => child !== null && child !== undefined));
	return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
	const svg = document.createElementNS(SVG, "svg");
	const use = document.createElementNS(SVG, "use");
	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	use.setAttribute("href", `#i-${name}`);
	svg.append(use);
	return svg;
}

export function setIcon(svg, name) {
	const use = svg.firstElementChild;
	if (use.getAttribute("href") !== `#i-${name}`) use.setAttribute("href", `#i-${name}`);
}

export function setText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
	if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// A share from 0 to 1, for the style sheet. Set here because the page allows no style attributes.
export function setPart(element, part) {
	const value = Math.max(0, Math.min(1, part || 0)).toFixed(4);
	if (element.style.getPropertyValue("--part") !== value) element.style.setProperty("--part", value);
}

// Makes a list's children fit `items`: one element a key, made once, updated and put in order.
export function keyed(list, items, keyOf, create, update) {
	const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
	let at = list.firstElementChild;
	for (const item of items) {
		const key = String(keyOf(item));
		let child = old.get(key);
		old.delete(key);
		if (!child) {
			child = create(item);
			child.dataset.key = key;
		}
		update(child, item);
		if (child === at) at = at.nextElementSibling;
		else list.insertBefore(child, at);
	}
	for (const child of old.values()) child.remove();
}
