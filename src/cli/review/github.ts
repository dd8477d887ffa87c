import type {Finding, Severity} from '../../domain/review/finding.ts';
import type {Report} from './report.ts';
import {visible} from './visible.ts';

const commands: Readonly<Record<Severity, string>> = {blocker: 'error', warning: 'warning', notice: 'notice'};

/**
 * An annotation per finding, worst first: a pull request shows ten of a kind for each step, the log shows all.
 *
 * @param path As the repository knows the file.
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function asGithub({review}: Report, path: string): string {
	return review.findings.map((finding) => `${annotation(finding, path)}\n`).join('');
}

function annotation(finding: Finding, path: string): string {
	const {severity, rule, place, migration, message, remedy, furtherPlaces} = finding;
	const properties = {
		file: path,
		line: String(place.line),
		col: String(place.column),
		title: migration === null ? rule : `${rule} in ${migration}`,
	};
	const also = furtherPlaces.map(({place: {line, column}}) => `${line}:${column}`).join(', ');
	const text = [message, remedy, ...(also === '' ? [] : [`Also at ${also}.`])].join('\n');
	const list = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(value)}`);
	return `::${commands[severity]} ${list.join(',')}::${escapedData(text)}`;
}

/** Line ends are the command's end: they are written so that GitHub puts them back. Nothing else of them is left. */
function escapedData(text: string): string {
	const lines = text.replaceAll('%', '%25').split(/\r\n|[\r\n]/u);
	return lines.map((line) => visible(line.replaceAll('\t', ' '))).join('%0A');
}

function escapedProperty(text: string): string {
	return visible(text).replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C');
}
