import type {NewMessage, NewScript} from '../../operations/ports/record.ts';
import type {Client} from './connection.ts';

export async function insertScript(client: Client, script: NewScript): Promise<void> {
	await client.query(`insert into script (sha256, bytes) values ($1, $2) on conflict (sha256) do nothing`, [
		script.sha256,
		Buffer.from(script.bytes),
	]);
}

export async function insertMessage(client: Client, request: number, message: NewMessage): Promise<void> {
	await client.query(
		`insert into message (request, kind, channel, payload) select number, $2, channel, $3 from request where number = $1`,
		[request, message.kind, JSON.stringify(message.payload ?? {})],
	);
}
