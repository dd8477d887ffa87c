import {expect, test} from 'vitest';
import type {ReadMessage} from '../../simulator/people/read.ts';
import {messageAsText, mrkdwnAsText, viewAsText} from '../../simulator/plain-text.ts';

const names = {
	people: [{id: 'U0DANA00001', name: 'dana'}],
	channels: [{id: 'C0DBMIGR001', name: 'db-migrations'}],
	userGroups: [{id: 'S0APPROVER1', handle: 'approvers'}],
};

test.each([
	['<@U0DANA00001> asked in <#C0DBMIGR001>', '@dana asked in #db-migrations'],
	['<!subteam^S0APPROVER1> and <!here>', '@approvers and @here'],
	['<https://example.com|runbook> <https://example.com>', 'runbook (https://example.com) https://example.com'],
	['<!date^1700000000^{date_short} at {time}|then>', '2023-11-14 at 22:13 UTC'],
	['a &lt; b &amp;&amp; c', 'a < b && c'],
])('%s reads as text', (text, read) => {
	expect(mrkdwnAsText(text, names)).toBe(read);
});

const message: ReadMessage = {
	ts: '1.000001',
	threadTs: null,
	channel: {id: 'C0DBMIGR001', name: 'db-migrations'},
	user: {id: 'U0LOCKSTEP1', name: 'lockstep'},
	byApp: true,
	text: 'Fallback',
	metadata: null,
	attachments: [],
	edited: false,
	ephemeral: false,
	broadcast: false,
	permalink: '',
	values: {},
	reactions: [],
	replies: [],
	files: [{id: 'F1', name: 'a.sql', title: 'The script', size: 2048, wire: {}}],
	blocks: [
		{type: 'header', text: {type: 'plain_text', text: 'MR-1'}},
		{
			type: 'section',
			text: {type: 'mrkdwn', text: 'By <@U0DANA00001>'},
			fields: [{type: 'mrkdwn', text: '*App*\nshop'}],
			accessory: {type: 'button', text: {type: 'plain_text', text: 'Open'}},
		},
		{type: 'divider'},
		{
			type: 'context',
			elements: [
				{type: 'mrkdwn', text: 'now'},
				{type: 'plain_text', text: 'or later'},
			],
		},
		{
			type: 'actions',
			elements: [
				{type: 'button', text: {type: 'plain_text', text: 'Approve'}},
				{type: 'static_select', options: [{text: {type: 'plain_text', text: 'Too big'}, value: 'big'}]},
			],
		},
	],
};

test('a message reads as lines', () => {
	expect(messageAsText(message, names)).toEqual([
		'# MR-1',
		'By @dana',
		'*App*',
		'shop',
		'[Open]',
		'---',
		'now or later',
		'[Approve] (Too big)',
		'[File] The script (2.0 KB)',
	]);
	expect(messageAsText({...message, blocks: [], files: []}, names)).toEqual(['Fallback']);
});

test('a modal reads as lines', () => {
	const view = {
		title: {type: 'plain_text', text: 'Request'},
		submit: {type: 'plain_text', text: 'Send'},
		blocks: [
			{
				type: 'input',
				label: {type: 'plain_text', text: 'Why'},
				element: {type: 'plain_text_input', placeholder: {type: 'plain_text', text: 'In a word'}},
			},
		],
	};
	expect(viewAsText(view, names)).toEqual(['== Request ==', 'Why: (In a word)', '[Send]']);
});
