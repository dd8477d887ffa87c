import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import {problemsOf} from '../limits/problems.ts';
import {limitsOf} from '../limits/uses.ts';
import type {CheckedGalleryEntry, GalleryEntry} from './desktop.ts';

const Entries = z.array(
	z.object({
		id: z.string().min(1),
		title: z.string().min(1),
		variant: z.enum(['short', 'long', 'hostile']),
		kind: z.enum(['message', 'ephemeral', 'modal', 'home', 'file']),
		payload: z.record(z.string(), z.unknown()),
	}),
);

/** Every view that an app can send, put here by whoever knows them, with what Slack would say to each. */
export function addGalleryRoutes(server: FastifyInstance): void {
	let entries: readonly CheckedGalleryEntry[] = [];
	server.put('/gallery', async (request) => {
		entries = Entries.parse(request.body).map(checked);
		return {};
	});
	server.get('/gallery', async () => entries);
}

function checked(entry: GalleryEntry): CheckedGalleryEntry {
	return {...entry, limits: limitsOf(entry.kind, entry.payload), problems: problemsOf(entry.kind, entry.payload)};
}
