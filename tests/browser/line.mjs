// line: a real station over a real rack of virtual devices, in a folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BUILD = process.env.FLASHRACK_BUILD ?? "build";
const PROFILES = new URL("../../profiles", import.meta.url).pathname;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Waits until `look` gives something true; what it gave last is in the error.
export async function until(look, ms, what) {
	const end = Date.now() + ms;
	for (;;) {
		const seen = await look();
		if (seen) return seen;
		if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
		await sleep(50);
	}
}

async function run(program, ...args) {
	const child = spawn(join(BUILD, program), args, { stdio: ["ignore", "ignore", "inherit"] });
	const [code] = await once(child, "exit");
	if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit ${code}`);
}

async function freePort() {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address();
	await new Promise((resolve) => server.close(resolve));
	return port;
}

export class Line {
	constructor() {
		this.dir = mkdtempSync(join(tmpdir(), "flashrack-browser-"));
		this.children = new Set();
		this.port = 0;
		this.racks = 0;
	}

	// The log of what a program said, for a failed test.
	start(name, program, ...args) {
		const log = openSync(join(this.dir, `${name}.out`), "a");
		const child = spawn(join(BUILD, program), args, { stdio: ["ignore", log, log] });
		child.ended = once(child, "exit").then(() => this.children.delete(child));
		this.children.add(child);
		return child;
	}

	said(name) {
		return readFileSync(join(this.dir, `${name}.out`), "utf8");
	}

	async sample(size) {
		this.package = join(this.dir, "sample-fw");
		await run("flashrack-sample", "--out", this.package, "--seed", "7", "--size", String(size));
		this.scatter = join(this.package, readdirSync(this.package).find((name) => name.endsWith("_Android_scatter.txt")));
	}

	async rack(...options) {
		const name = `rack${this.racks++}`;
		this.socket ??= join(this.dir, "rack.sock");
		this.rackChild = this.start(name, "flashrack-rack", "--attach", `unix:${this.socket}`, "--state", join(this.dir, "rack"), "--layout", this.scatter,
			"--storage", "emmc:6G", "--identity", "provisioned", ...options);
		await until(() => /^ready$/m.test(this.said(name)), 30000, `rack: ${this.said(name)}`);
	}

	ctl(...args) {
		return run("flashrack-rack", "ctl", "--state", join(this.dir, "rack"), ...args);
	}

	async station(more = {}) {
		this.port ||= await freePort();
		const config = join(this.dir, "station.json");
		this.socket ??= join(this.dir, "rack.sock");
		writeFileSync(config, JSON.stringify({
			name: "Line 1 · Station A", state_dir: join(this.dir, "station"), profiles_dir: PROFILES,
			listen: { address: "127.0.0.1", port: this.port },
			usb: { attach: `unix:${this.socket}` }, ...more,
		}));
		this.stationChild = this.start("station", "flashrackd", "--config", config);
		await until(() => this.get("/healthz").catch(() => null), 30000, "station");
	}

	async end(child, signal = "SIGTERM") {
		child.kill(signal);
		await Promise.race([child.ended, sleep(15000).then(() => child.kill("SIGKILL"))]);
	}

	get url() {
		return `http://127.0.0.1:${this.port}`;
	}

	async get(path) {
		const response = await fetch(this.url + path);
		if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
		return response.json();
	}

	async close() {
		for (const child of this.children) await this.end(child);
		rmSync(this.dir, { recursive: true, force: true });
	}
}
