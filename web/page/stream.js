// stream: the station's events. Connects again for ever, and notices a station that fell silent.
//
// The browser's own EventSource reconnects after a broken connection but gives up on an error status,
// and never notices a silent one. The station beats every 5 s; after SILENCE_MS without any event the
// connection is thrown away and made anew. The first event is always a snapshot of everything.

const SILENCE_MS = 12000;
const AGAIN_MS = 1000;
const EVENTS = ["snapshot", "slot", "slots", "orders", "packages", "station", "beat"];

export function openStream(onEvent, onLink) {
	let source = null;
	let watchdog = 0;
	let again = 0;

	function heard() {
		clearTimeout(watchdog);
		watchdog = setTimeout(lost, SILENCE_MS);
	}

	function lost() {
		clearTimeout(watchdog);
		clearTimeout(again);
		source?.close();
		onLink("lost");
		again = setTimeout(connect, AGAIN_MS);
	}

	function connect() {
		const mine = new EventSource("/api/v1/events");
		source = mine;
		heard();
		for (const name of EVENTS) {
			mine.addEventListener(name, (event) => {
				if (source !== mine) return;
				heard();
				if (name === "snapshot") onLink("live");
				onEvent(name, JSON.parse(event.data));
			});
		}
		mine.addEventListener("error", () => {
			if (source === mine) lost();
		});
	}

	connect();
}
