// format: numbers and times as people read them. Units are always shown; widths hardly change.

const NO_BREAK = "\u00a0";
const THIN = "\u202f";

export function seconds(value) {
	if (value > 0 && value < 0.1) return `<0.1${NO_BREAK}s`;
	if (value < 10) return `${value.toFixed(1)}${NO_BREAK}s`;
	if (value < 90) return `${Math.round(value)}${NO_BREAK}s`;
	const whole = Math.round(value);
	if (whole < 3600) return `${Math.floor(whole / 60)}${NO_BREAK}min${NO_BREAK}${String(whole % 60).padStart(2, "0")}${NO_BREAK}s`;
	return `${Math.floor(whole / 3600)}${NO_BREAK}h${NO_BREAK}${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}${NO_BREAK}min`;
}

export function left(value) {
	if (value < 1) return `1${NO_BREAK}s left`;
	return `${seconds(value < 90 ? Math.ceil(value) : value).replace(".0", "")} left`;
}

export function ms(value) {
	return value < 1000 ? `${Math.round(value)}${NO_BREAK}ms` : seconds(value / 1000);
}

export function soFar(value) {
	return `${seconds(Math.floor(value / 1000)).replace(".0", "")} so far`;
}

export function bytes(value) {
	const units = ["B", "KiB", "MiB", "GiB", "TiB"];
	let unit = 0;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}
	const digits = unit && value < 10 ? 1 : 0;
	return `${value.toFixed(digits)}${NO_BREAK}${units[unit]}`;
}

export function speed(value) {
	return `${value.toFixed(value < 100 ? 1 : 0)}${NO_BREAK}MiB/s`;
}

export function whole(value) {
	return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, THIN);
}

export function percent(part, digits = 0) {
	return (part * 100).toFixed(digits);
}

export function clock(utc) {
	return new Date(utc).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

export function when(utc) {
	const then = new Date(utc);
	const today = then.toDateString() === new Date().toDateString();
	return today ? clock(utc) : `${then.toLocaleDateString()} ${clock(utc)}`;
}

// Long ids end differently; their last digits tell two units of one day apart.
export function shortId(id) {
	return id ? `…${id.slice(-6)}` : "";
}
