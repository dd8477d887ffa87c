import type {Finding, FurtherPlace, Severity} from '../../domain/review/finding.ts';
import {codeFrame, linesOf, placeText, statementHeights} from './code-frame.ts';
import type {Paint} from './colours.ts';
import {countOf, fileName, isBlocked, productVersions, type Report} from './report.ts';
import {visible} from './visible.ts';

/** More places of one finding than this are counted, not listed. */
const listedPlaces = 20;

const signs: Readonly<Record<Severity, string>> = {blocker: '✖', warning: '▲', notice: '•'};

/** For people at a terminal, or in a build's log: what the script is, the findings, worst first, and a verdict. */
export function asText(report: Report, paint: Paint): string {
	const {review, read} = report;
	const lines = linesOf(report.bytes);
	const heights = statementHeights(read.script.statements);
	const explained = new Set<string>();
	const blocks = review.findings.map((finding) => {
		const isFirst = !explained.has(finding.rule);
		explained.add(finding.rule);
		const height = heights.get(placeText(finding.place)) ?? 1;
		return [
			headOf(report, finding, paint),
			`  ${visible(finding.message)}`,
			...codeFrame(lines, finding.place, height, paint),
			...(isFirst ? prose('Why', finding.why, paint) : []),
			...prose('Do', finding.remedy, paint),
			...furtherPlaces(report, finding.furtherPlaces, paint),
		];
	});
	const parts = [introduction(report, paint), ...blocks, [verdict(report, paint)]];
	return `${parts.map((part) => part.join('\n')).join('\n\n')}\n`;
}

function introduction(report: Report, paint: Paint): readonly string[] {
	const {frame} = report.read;
	const versions = productVersions(report);
	const ef = versions.length === 0 ? 'EF Core' : `EF Core ${versions.map(visible).join(', ')}`;
	const turned = frame.direction === 'down' ? 'reverts' : 'applies';
	const pending = `${report.review.pending.length} of ${counted(frame.migrations.length, 'migration')} pending`;
	return [
		`${paint('strong', visible(fileName(report.file)))}: ${ef}, ${turned} migrations, ${pending}`,
		paint('quiet', asked(report)),
	];
}

function asked({target}: Report): string {
	if (target === null) return 'No database was asked: how large tables are, and whether they are used, is not known.';
	return `Asked ${visible(target.name)}, PostgreSQL ${serverText(target.serverVersion)}.`;
}

/** 150018 → `15.18`, as PostgreSQL 10 and later number themselves. */
function serverText(version: number): string {
	return `${Math.floor(version / 10_000)}.${version % 10_000}`;
}

function headOf(report: Report, {severity, rule, place, migration}: Finding, paint: Paint): string {
	const head = `${paint(severity, `${signs[severity]} ${severity}`)}  ${paint('strong', rule)}  ${placed(report, place)}`;
	return migration === null ? head : `${head}  ${paint('quiet', visible(migration))}`;
}

function placed({file}: Report, place: Finding['place']): string {
	return `${visible(fileName(file))}:${placeText(place)}`;
}

/** Every further line begins with a bar: a build's log obeys lines that begin with what a script made up. */
function prose(label: string, text: string, paint: Paint): readonly string[] {
	const [first = '', ...rest] = text.split(/\r?\n/u).map((line) => visible(line.replaceAll('\t', '    ')));
	return [`  ${paint('quiet', `${label}:`)} ${first}`, ...rest.map((line) => `  ${paint('quiet', '|')} ${line}`)];
}

function furtherPlaces(report: Report, places: readonly FurtherPlace[], paint: Paint): readonly string[] {
	if (places.length === 0) return [];
	const listed = places.slice(0, listedPlaces).map(({place}) => placed(report, place));
	const more = places.length > listedPlaces ? `, and ${places.length - listedPlaces} more` : '';
	return [`  ${paint('quiet', 'Also:')} ${listed.join(', ')}${more}`];
}

function verdict(report: Report, paint: Paint): string {
	const {findings} = report.review;
	if (findings.length === 0) return paint('good', 'Nothing found: it would pass.');
	const counts = (['blocker', 'warning', 'notice'] as const)
		.map((severity) => counted(countOf(findings, severity), severity))
		.join(', ');
	return isBlocked(report)
		? paint('blocker', `${counts}: it would not pass.`)
		: paint('good', `${counts}: it would pass.`);
}

function counted(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
