// theme: dark, light, or as the system says; remembered by the browser.

const ORDER = ["auto", "dark", "light"];
const KEY = "flashrack-theme";

function stored() {
	try {
		const theme = localStorage.getItem(KEY);
		return ORDER.includes(theme) ? theme : "auto";
	} catch {
		return "auto"; // storage is switched off
	}
}

function keep(theme) {
	try {
		localStorage.setItem(KEY, theme);
	} catch {
		// The choice holds until the page is closed.
	}
}

function apply(theme, button) {
	if (theme === "auto") delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
	button.textContent = `Theme: ${theme}`;
}

export function startTheme(button) {
	let theme = stored();
	apply(theme, button);
	button.addEventListener("click", () => {
		theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
		keep(theme);
		apply(theme, button);
	});
}
