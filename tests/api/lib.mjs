// lib: starts a fake station and talks HTTP with it, down to headers that fetch would not let us send.
import { spawn } from "node:child_process";
import http from "node:http";
import net from "node:net";

const PROGRAM = process.env.FAKE_STATION ?? "fake-station";

// A running fake station; options as its command line has them.
export async function startStation(...options) {
	// Freed memory is given back at once where a sanitizer would keep it, so that growth can be seen.
	const env = { ...process.env, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ""}:quarantine_size_mb=1` };
	const child = spawn(PROGRAM, options, { env, stdio: ["ignore", "pipe", "inherit"] });
	const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })));
	const port = await new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("exit", () => reject(new Error("the fake station ended at once")));
		child.stdout.once("data", (text) => resolve(Number(String(text).trim())));
	});
	return {
		port,
		pid: child.pid,
		ended,
		async stop() {
			child.kill("SIGTERM");
			const how = await ended;
			if (how.code !== 0) throw new Error(`the fake station ended with ${JSON.stringify(how)}`);
		},
	};
}

// One request; headers exactly as given beside Host and Content-Length.
export function request(station, method, path, { headers = {}, body = null } = {}) {
	return new Promise((resolve, reject) => {
		const sent = http.request({ host: "127.0.0.1", port: station.port, method, path, headers, agent: false }, (response) => {
			const parts = [];
			response.on("data", (part) => parts.push(part));
			response.on("error", reject);
			response.on("end", () => {
				const text = Buffer.concat(parts).toString("utf8");
				const type = response.headers["content-type"] ?? "";
				resolve({ status: response.statusCode, headers: response.headers, type, text, json: /json/.test(type) && text ? JSON.parse(text) : null });
			});
		});
		sent.on("error", reject);
		if (body !== null) sent.write(body);
		sent.end();
	});
}

export const get = (station, path, headers) => request(station, "GET", path, { headers });

export function post(station, path, body, headers = {}) {
	const text = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
	return request(station, "POST", path, { headers: { "Content-Type": "application/json", ...headers }, body: text });
}

// Bytes on a socket, and what comes back until the other side closes.
export function raw(station, bytes, ms = 5000) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(station.port, "127.0.0.1", () => socket.write(bytes));
		let text = "";
		socket.setTimeout(ms, () => socket.destroy());
		socket.on("data", (part) => (text += part.toString("latin1")));
		socket.on("error", reject);
		socket.on("close", () => resolve(text));
	});
}

// Server-sent events as they come. `next(name)` waits for one, `close` ends the connection.
export function listen(station, path = "/api/v1/events") {
	const events = [];
	const waiting = [];
	let text = "";
	let response = null;
	const sent = http.get({ host: "127.0.0.1", port: station.port, path, agent: false });
	const ended = new Promise((resolve) => {
		sent.on("error", () => resolve());
		sent.on("response", (got) => {
			response = got;
			got.setEncoding("utf8");
			got.on("error", () => resolve());
			got.on("close", () => resolve());
			got.on("data", (part) => {
				text += part;
				for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) take(text.slice(0, end));
			});
		});
	});

	function take(block) {
		const event = { at: Date.now() };
		for (const line of block.split("\n")) {
			const colon = line.indexOf(": ");
			event[line.slice(0, colon)] = line.slice(colon + 2);
		}
		event.json = JSON.parse(event.data);
		events.push(event);
		for (const one of [...waiting]) one();
	}

	return {
		events,
		ended,
		headers: () => response?.headers,
		close: () => sent.destroy(),
		pause: () => response.pause(),
		resume: () => response.resume(),
		next(fits, ms = 5000) {
			const wanted = typeof fits === "string" ? (event) => event.event === fits : fits;
			return new Promise((resolve, reject) => {
				let seen = 0;
				const timer = setTimeout(() => reject(new Error(`no such event in ${ms} ms; had ${events.length}: …${events.slice(-9).map((e) => e.event).join(" ")}`)), ms);
				const look = () => {
					for (; seen < events.length; seen++) {
						if (!wanted(events[seen])) continue;
						clearTimeout(timer);
						waiting.splice(waiting.indexOf(look), 1);
						resolve(events[seen]);
						return;
					}
				};
				waiting.push(look);
				look();
			});
		},
	};
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
