import {keep} from '../log.ts';
import type {Log} from '../log.ts';
import {personOfPayload, subjectsOfPayload} from '../log-subjects.ts';
import {comesTwice} from '../misbehaviour.ts';
import type {Mood} from '../misbehaviour.ts';
import type {Slack} from '../state/slack.ts';
import type {Acknowledgement, Parcel} from './parcel.ts';

/** One of the two ways to the app. */
export type Carrier = (parcel: Parcel) => Promise<Acknowledgement>;

/** Hands a parcel over, twice where that was wished for, and writes it down; the first answer counts. */
export async function deliverNoted(
	{slack, mood, log}: {readonly slack: Slack; readonly mood: Mood; readonly log: Log},
	carrier: Carrier,
	parcel: Parcel,
): Promise<Acknowledgement> {
	const twice = comesTwice(mood);
	const first = noted(false);
	if (twice) void noted(true);
	return first;

	async function noted(duplicate: boolean): Promise<Acknowledgement> {
		const at = slack.now();
		const acknowledgement = await carrier(parcel);
		const person = personOfPayload(parcel.payload);
		keep(log.deliveries, {
			at,
			type: parcel.type,
			payload: parcel.payload,
			subjects: subjectsOfPayload(parcel.payload),
			...(person === undefined ? {} : {person}),
			outcome: acknowledgement.kind === 'unreachable' ? acknowledgement.reason : acknowledgement.kind,
			...(acknowledgement.kind === 'acknowledged' ? {answer: acknowledgement.body} : {}),
			milliseconds: slack.now() - at,
			duplicate,
		});
		return acknowledgement;
	}
}
