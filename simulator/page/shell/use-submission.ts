import {useCallback, useEffect, useState} from 'preact/hooks';
import type {PageClient} from '../client.ts';
import {flushFills} from '../blocks/pending-fills.ts';
import type {Json, Surface} from '../surface.ts';

type Submission = {
	/** By block id. */
	readonly errors: Surface['errors'];
	/** Why the modal as a whole could not be sent or closed; Slack's sentence. */
	readonly failure: string | null;
	readonly busy: boolean;
	readonly submit: () => Promise<void>;
	readonly close: () => void;
	/** The block has another value now: its error goes. */
	readonly forget: (blockId: string) => void;
};

/** Sends a modal, and keeps what came of it until its content changes. */
export function useSubmission(client: PageClient, view: Json & {readonly id: string}): Submission {
	const [errors, setErrors] = useState<Surface['errors']>({});
	const [failure, setFailure] = useState<string | null>(null);
	const [busy, setBusy] = useState(false);

	// Another content has other errors.
	useEffect(() => {
		setErrors({});
		setFailure(null);
		setBusy(false);
	}, [view['hash']]);

	const forget = useCallback(
		(blockId: string) =>
			setErrors((before) =>
				blockId in before ? Object.fromEntries(Object.entries(before).filter(([id]) => id !== blockId)) : before,
			),
		[],
	);
	const close = (): void => {
		client.close(view.id).catch((error: unknown) => setFailure(sentenceOf(error)));
	};
	const submit = async (): Promise<void> => {
		if (busy || view['submit'] === null || view['submit_disabled'] === true) return;
		setBusy(true);
		setFailure(null);
		try {
			await flushFills(`view-${view.id}`);
			const outcome = await client.submit(view.id);
			setErrors(outcome.kind === 'errors' ? outcome.errors : {});
			if (outcome.kind === 'failed') setFailure(outcome.shown);
			// A modal that closed stays busy until it is gone from the desktop.
			if (outcome.kind !== 'closed' && outcome.kind !== 'cleared') setBusy(false);
		} catch (error) {
			setFailure(sentenceOf(error));
			setBusy(false);
		}
	};
	return {errors, failure, busy, submit, close, forget};
}

function sentenceOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
