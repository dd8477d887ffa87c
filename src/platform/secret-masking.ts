/** Takes secrets out of a text. */
export type MaskSecrets = (text: string) => string;

const masked = '***';

/** Shorter values are not masked by value: they would tear holes into ordinary words, and are no secrets. */
const shortestSecret = 4;

/** `scheme://user:password@`, also where the password holds `:` or is cut by the text's end. */
const urlPassword = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/]+(@)/gi;

/** `password=…`, `PGPASSWORD='…'`, `"password": "…"`, `pwd=…`: quoted to the quote, else to the next space or separator. */
const namedPassword =
	/((?:password|passwd|passphrase|pwd)\\?["']?\s*[=:]\s*)(?:\\?"[^"]*"|'(?:[^']|'')*'|[^\s;&,"'}]+)/gi;

/**
 * One function that every text passes before it is logged, stored or shown.
 *
 * @param secrets Configured values that must never appear: masked as they are, as in a URL and as in JSON.
 * @returns Masks these values, passwords in URLs and `password=…` in any text.
 */
export function createMask(secrets: readonly string[]): MaskSecrets {
	const spellings = [...new Set(secrets.flatMap(spellingsOf))].toSorted((a, b) => b.length - a.length);
	return (text) => maskNamed(spellings.reduce((masking, secret) => masking.replaceAll(secret, masked), text));
}

function maskNamed(text: string): string {
	return text.replace(urlPassword, `$1${masked}$2`).replace(namedPassword, `$1${masked}`);
}

function spellingsOf(secret: string): readonly string[] {
	if (secret.length < shortestSecret) return [];
	return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}
