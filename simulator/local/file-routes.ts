import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import {textField} from '../json.ts';
import {uploadAs} from '../people/say.ts';
import type {Simulation} from '../simulation.ts';
import {ImpossibleInput} from '../state/element-state.ts';
import {fileOnTheWire} from '../state/files.ts';
import {personIn} from './lookup.ts';

const FilePath = z.object({id: z.string()});
const FileBody = z.object({filename: z.string(), base64: z.string()});

/** What a browser shows in the page; all else it offers to keep. */
const shown = /^(image\/|text\/plain)/;

/** Files that people upload, and the bytes of any file. */
export function addFileRoutes(server: FastifyInstance, {slack}: Simulation): void {
	server.post('/people/:person/files', async (request) => {
		const {filename, base64} = FileBody.parse(request.body);
		const bytes = Buffer.from(base64, 'base64');
		return {id: uploadAs(slack, personIn(slack, request.params), {filename, bytes}).id};
	});
	server.get('/files/:id', async (request, reply) => {
		const {id} = FilePath.parse(request.params);
		const file = slack.files.get(id);
		if (file?.bytes === undefined) throw new ImpossibleInput(`There is no file ${id}.`);
		const type = textField(fileOnTheWire(slack, file), 'mimetype') ?? 'application/octet-stream';
		return reply
			.headers({
				'content-type': type.startsWith('text/') ? `${type}; charset=utf-8` : type,
				'content-disposition': dispositionOf(type, file.name),
				// A picture may be a program (SVG): by itself it gets no script, no network and no origin.
				'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
				'x-content-type-options': 'nosniff',
				'cache-control': 'private, max-age=3600',
			})
			.send(file.bytes);
	});
}

/** The name in the one spelling that takes every letter (RFC 6266, RFC 8187). */
function dispositionOf(type: string, name: string): string {
	const spelled = encodeURIComponent(name).replaceAll(
		/['()*]/g,
		(sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
	);
	return `${shown.test(type) ? 'inline' : 'attachment'}; filename*=UTF-8''${spelled}`;
}
