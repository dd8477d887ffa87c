import {useMemo, useRef, useState} from 'preact/hooks';
import type {Given, ShownValues, Surface} from '../surface.ts';
import {sampleBlocks} from './sample-blocks.ts';
import {sampleDirectory} from './sample-directory.ts';
import {initialValues, missingIn, suggestionsFor, valuesAfter} from './sample-state.ts';
import type {KeptFile} from './sample-state.ts';

export type Kind = Surface['kind'];

/** How the sample's app behaves. */
export type Manners = {readonly failing: boolean; readonly slow: boolean};

/** One surface of the sample: what is in it, what was done, and how to check it. */
type Sample = {
	readonly surface: Surface;
	readonly values: ShownValues;
	/** Sentences, the newest first. */
	readonly done: readonly string[];
	/** Looks for inputs that are empty and must not be; true when there are none. */
	readonly check: () => boolean;
};

/** As long takes an acknowledgement of a slow app, milliseconds. */
const SLOW = 1_500;

/** A surface that lives in this tab alone. */
export function useSample(kind: Kind, manners: Manners): Sample {
	const blocks = sampleBlocks[kind];
	const [values, setValues] = useState(() => initialValues(blocks));
	const [errors, setErrors] = useState<Surface['errors']>({});
	const [done, setDone] = useState<readonly string[]>([]);
	const files = useRef<readonly KeptFile[]>([]);
	const latest = useRef({values, manners});
	latest.current.manners = manners;

	const surface = useMemo((): Surface => {
		const say = (sentence: string): void => setDone((was) => [sentence, ...was].slice(0, 20));
		function take(blockId: string, actionId: string, value: Given): void {
			const next = valuesAfter(latest.current.values, blocks, {blockId, actionId, value, files: files.current});
			latest.current.values = next;
			setValues(next);
		}
		async function acknowledge(): Promise<void> {
			const {failing, slow} = latest.current.manners;
			if (slow) await new Promise((resolve) => setTimeout(resolve, SLOW));
			if (failing) throw new Error('Lockstep did not answer in time. Please try again.');
		}
		return {
			kind,
			id: `sample-${kind}`,
			directory: sampleDirectory,
			values,
			errors,
			async act(blockId, actionId, value) {
				await acknowledge();
				if (value !== undefined) take(blockId, actionId, value);
				say(`${blockId} / ${actionId}: ${value === undefined ? 'pressed' : JSON.stringify(value)}`);
			},
			async fill(blockId, actionId, value) {
				await acknowledge();
				take(blockId, actionId, value);
				setErrors((was) => Object.fromEntries(Object.entries(was).filter(([id]) => id !== blockId)));
			},
			async upload(file) {
				await acknowledge();
				const id = `F${String(files.current.length + 1).padStart(10, '0')}`;
				files.current = [...files.current, {id, name: file.name, size: file.size}];
				return id;
			},
			async suggest(_blockId, _actionId, query) {
				await acknowledge();
				return suggestionsFor(query);
			},
			open: (link) => say(`Opened the ${link.kind} ${link.to}`),
		};
	}, [kind, values, errors]);

	return {
		surface,
		values,
		done,
		check() {
			const missing = missingIn(blocks, latest.current.values);
			setErrors(missing);
			return Object.keys(missing).length === 0;
		},
	};
}
