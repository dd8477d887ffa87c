/** Where `lockstep gate` asks and with what: pipelines have no lockstep.yaml. */
export function gateUrlAndToken(url: string | null): {readonly url: string | null; readonly token: string | null} {
	return {
		url: url ?? present(process.env['LOCKSTEP_GATE_URL']),
		token: present(process.env['LOCKSTEP_GATE_TOKEN']),
	};
}

function present(value: string | undefined): string | null {
	return value === undefined || value === '' ? null : value;
}
