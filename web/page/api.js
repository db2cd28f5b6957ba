// api: requests to the station. A refusal throws what the station said, as one sentence and a remedy.

export class Refused extends Error {
	constructor(problem) {
		super(problem.detail || problem.title || "The station refused.");
		this.remedy = problem.remedy || "";
		this.status = problem.status;
	}
}

async function answer(response) {
	const text = await response.text();
	if (response.ok) return text ? JSON.parse(text) : null;
	let problem = { title: `The station answered ${response.status}.`, status: response.status };
	try {
		problem = JSON.parse(text);
	} catch {
		// Not a problem document: the status says all there is.
	}
	throw new Refused(problem);
}

export async function get(path) {
	return answer(await fetch(`/api/v1/${path}`, { headers: { Accept: "application/json" } }));
}

export async function post(path, body = {}) {
	return answer(await fetch(`/api/v1/${path}`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify(body),
	}));
}

// What to tell a person about an error of either function.
export function said(error) {
	if (error instanceof Refused) {
		const sentence = error.message[0].toUpperCase() + error.message.slice(1).replace(/\.?$/, ".");
		return error.remedy ? `${sentence} What to do: ${error.remedy}.` : sentence;
	}
	return "The station does not answer. Try again when it is back.";
}
