// app: keeps the picture of the station that the events paint, and gives each part its share.
import { setText } from "./dom.js";
import { Hands } from "./hands.js";
import { History } from "./history.js";
import { showImports } from "./imports.js";
import { Order } from "./order.js";
import { Panel } from "./panel.js";
import { Rack } from "./rack.js";
import { openStream } from "./stream.js";
import { startTheme } from "./theme.js";
import { isBusy, waitingFor } from "./words.js";

const byId = (id) => document.getElementById(id);

const station = { info: null, slots: new Map(), orders: [], packages: [], page: null };

const panel = new Panel(byId("panel"), (path) => {
	rack.all(shownSlots(), null);
	if (path) rack.focus(path);
});
const rack = new Rack(byId("rack"), byId("rack-empty"), choose);
const order = new Order(byId("order"));
const hands = new Hands(byId("hands"), byId("hands-count"), byId("alerts"), choose, (id) => panel.openRun(id));
const history = new History(byId("history"), byId("history-count"), (id) => panel.openRun(id), (runs) => {
	hands.past(runs);
	hands.update(handSlots());
});

function asShown(slot) {
	const missing = waitingFor(slot, station.orders);
	return missing ? { ...slot, error: { ...slot.error, ...missing } } : slot;
}

function shownSlots() {
	return [...station.slots.values()].map(asShown);
}

function handSlots() {
	return [...station.slots.values()].filter((slot) => !waitingFor(slot, station.orders));
}

function choose(path) {
	const slot = station.slots.get(path);
	if (!slot) return;
	panel.openSlot(asShown(slot));
	rack.all(shownSlots(), path);
}

function showStation() {
	const { name, host, version, state, state_why } = station.info;
	setText(byId("station-name"), name ?? host ?? "Flashrack");
	setText(byId("station-info"), state === "ready" ? `${host} · Flashrack ${version}` : `${state}: ${state_why ?? ""}`);
	document.title = `${name ?? "Flashrack"} · Flashrack`;
}

function showSlots() {
	rack.all(shownSlots(), panel.path);
	hands.update(handSlots());
	const chosen = station.slots.get(panel.path);
	if (chosen) panel.showSlot(asShown(chosen));
}

function showOrders() {
	order.update(station.orders, station.packages);
}

// Slots of one turn arrive one by one; the lists beside the rack are made once for all of them.
let handsDue = false;
function handsSoon() {
	if (handsDue) return;
	handsDue = true;
	queueMicrotask(() => {
		handsDue = false;
		hands.update(handSlots());
	});
}

const on = {
	snapshot(all) {
		// The station came back with another page: this one may not fit it any more.
		if (station.page && station.page !== all.page) location.reload();
		station.page = all.page;
		station.info = all.station;
		station.orders = all.orders;
		station.packages = all.packages;
		showStation();
		showOrders();
		showImports(byId("imports-card"), byId("imports"), station.packages);
		order.snapshot();
		on.slots(all.slots);
		history.read();
	},
	slots(slots) {
		station.slots = new Map(slots.map((slot) => [slot.path, slot]));
		showSlots();
	},
	slot(slot) {
		const before = station.slots.get(slot.path);
		station.slots.set(slot.path, slot);
		rack.one(asShown(slot), panel.path);
		panel.showSlot(asShown(slot));
		if (before?.state === slot.state && before?.run === slot.run) return;
		handsSoon();
		if (before && isBusy(before) && !isBusy(slot)) history.refresh();
	},
	orders(orders) {
		station.orders = orders;
		showOrders();
		if ([...station.slots.values()].some((slot) => slot.state === "held")) showSlots(); // what they wait for may have changed
	},
	packages(packages) {
		station.packages = packages;
		showOrders();
		showImports(byId("imports-card"), byId("imports"), packages);
	},
	station(info) {
		station.info = info;
		showStation();
	},
	beat() {},
};

let lostAt = 0;
function onLink(link) {
	const banner = byId("banner");
	document.body.dataset.link = link;
	setText(byId("link").lastElementChild, link === "live" ? "Live" : "Not reachable");
	if (link === "live") {
		lostAt = 0;
		banner.hidden = true;
		return;
	}
	if (!lostAt) lostAt = Date.now();
	setText(banner, "Station not reachable, trying again. What is shown is from before.");
	banner.hidden = false;
}

document.body.dataset.link = "waiting";
startTheme(byId("theme"));
openStream((name, data) => on[name](data), onLink);
