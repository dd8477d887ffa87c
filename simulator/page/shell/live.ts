import {useEffect, useRef} from 'preact/hooks';
import {DoorError} from '../client.ts';
import type {PageClient} from '../client.ts';
import {inPollSlot} from './poll-slots.ts';
import type {Step} from './store.ts';

/** How long after a failure the page looks again. */
const LOOK_AGAIN = 1_500;
/** A tab that may not wait at the server looks this often; a hidden one never waits. */
const PAUSE = 700;
const HIDDEN_PAUSE = 3_000;

/** Keeps desktop and open channels as they are at the server, until the component goes. */
export function useLive(client: PageClient, channels: readonly string[], dispatch: (step: Step) => void): void {
	const wanted = useRef(channels);
	wanted.current = channels;
	const key = channels.join(' ');

	useEffect(() => {
		const stop = new AbortController();
		void follow(client, () => wanted.current, dispatch, stop.signal);
		return () => stop.abort();
	}, [client, dispatch]);

	useEffect(() => {
		for (const channel of wanted.current) void readMessages(client, channel, dispatch).catch(() => undefined);
	}, [key, client, dispatch]);
}

async function follow(
	client: PageClient,
	channels: () => readonly string[],
	dispatch: (step: Step) => void,
	stop: AbortSignal,
): Promise<void> {
	while (!stop.aborted) {
		try {
			const desktop = await client.desktop();
			if (stop.aborted) return;
			dispatch({kind: 'read', desktop});
			await Promise.all(channels().map((each) => readMessages(client, each, dispatch)));
			await newer(client, desktop.revision, stop);
		} catch (error) {
			if (stop.aborted) return;
			dispatch(stepFor(error));
			await pause(LOOK_AGAIN, stop);
		}
	}
}

async function readMessages(client: PageClient, channel: string, dispatch: (step: Step) => void): Promise<void> {
	dispatch({kind: 'messages', channel, messages: await client.messages(channel)});
}

/** Resolves when there is something newer than this revision. */
async function newer(client: PageClient, revision: number, stop: AbortSignal): Promise<void> {
	while (!stop.aborted) {
		const turned = new AbortController();
		const turn = (): void => turned.abort();
		document.addEventListener('visibilitychange', turn);
		try {
			if (await isNewer(client, revision, AbortSignal.any([stop, turned.signal]))) return;
		} catch (error) {
			if (!turned.signal.aborted) throw error;
		} finally {
			document.removeEventListener('visibilitychange', turn);
		}
	}
}

/** Waits at the server where this tab may, else looks now and rests a little. */
async function isNewer(client: PageClient, revision: number, signal: AbortSignal): Promise<boolean> {
	const look = async (held: boolean): Promise<boolean> =>
		(await client.changes(revision, held ? 25_000 : 0, signal)).revision !== revision;
	if (!document.hidden && 'locks' in navigator) {
		const found = await inPollSlot(async (held) => ({held, isNew: await look(held)}));
		if (found.isNew || found.held) return found.isNew;
	} else if (await look(false)) return true;
	await pause(document.hidden ? HIDDEN_PAUSE : PAUSE, signal);
	return false;
}

function stepFor(error: unknown): Step {
	if (error instanceof DoorError && error.status >= 400 && error.status < 500) {
		return {kind: 'refused', refusal: error.message};
	}
	return {kind: 'away'};
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, milliseconds);
		signal.addEventListener('abort', () => {
			clearTimeout(timer);
			resolve();
		});
	});
}
