import type {ModalView} from '@slack/types';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {modal, reasonInput, section} from '../../blocks.ts';
import {callbackIds, fieldIds, valueAction} from '../../ids.ts';
import {code, cut, fitItems} from '../../limits.ts';
import {findingLine, ownWords} from '../message/finding.ts';
import {count, name} from '../words.ts';

/** Lets the blockers of one rule pass, with a reason. */
export function waiveModal(record: RequestRecord, rule: string, metadata: string): ModalView {
	const {review, number} = record.request;
	const findings = (review?.findings ?? []).filter(
		(finding) => finding.rule === rule && finding.severity === 'blocker',
	);
	const why = findings[0]?.why.trim() ?? '';
	return modal({
		callback: callbackIds.waive,
		title: `Waive for ${name(number)}`,
		submit: 'Waive',
		close: 'Cancel',
		metadata,
		blocks: [
			section(
				'waive-rule',
				`This lets every blocker of ${code(cut(rule, 80))} in this review pass. Two approvals are needed then.`,
			),
			...(findings.length === 0
				? []
				: [
						section(
							'waive-findings',
							fitItems(findings, findingLine, 2000, (left) => `… and ${count(left, 'more place')}.`),
						),
					]),
			...(why === '' ? [] : [section('waive-why', `Why it blocks: ${ownWords(why)}`)]),
			reasonInput(fieldIds.reason, valueAction, 'Why it may pass', 'Posted on the message and kept in the audit.'),
		],
	});
}
