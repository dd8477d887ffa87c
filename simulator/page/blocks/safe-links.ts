const allowed = new Set(['http:', 'https:', 'mailto:', 'tel:']);

/** The address when a browser may follow it (http, https, mailto, tel), else undefined: no script, no data. */
export function safeLink(address: string): string | undefined {
	// Browsers drop control characters from an address before they read its scheme.
	if (/[\p{Cc}\p{Zs}\u202A-\u202E\u2066-\u2069]/u.test(address)) return undefined;
	try {
		return allowed.has(new URL(address).protocol) ? address : undefined;
	} catch {
		return undefined;
	}
}

/** True for the address of a message: `…/archives/<channel>/p<ts>`. */
export function isPermalink(address: string, origin: string): boolean {
	try {
		const link = new URL(address);
		const here = link.origin === origin || link.hostname.endsWith('.slack.com');
		return here && /^\/archives\/[A-Z0-9]+(\/p\d+)?$/.test(link.pathname);
	} catch {
		return false;
	}
}

/** The address of a picture that this machine itself holds, else undefined: no request may leave. */
export function localPicture(address: string, origin: string): string | undefined {
	if (/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i.test(address)) return address;
	try {
		return new URL(address).origin === origin ? address : undefined;
	} catch {
		return undefined;
	}
}
