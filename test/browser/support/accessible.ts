import axe from 'axe-core';
import type {AxeResults, Result} from 'axe-core';
import type {Page} from 'playwright-core';
import {expect} from 'vitest';

/** WCAG 2.2 A and AA, and what axe holds to be good practice: axe-core's doc/API.md, "Axe-core Tags". */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Looks at the page as it is now. `where` names the screen for who reads the failure. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
	const violations = await violationsOn(page);
	expect(violations, `${where} is not accessible:\n${violations.join('\n')}`).toEqual([]);
}

/** A sentence for each rule that is broken and each element that breaks it. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
	// By the debugger: the page's policy lets no foreign script in.
	await page.evaluate(`globalThis.axe === undefined && (() => {${axe.source}})()`);
	const options = JSON.stringify({runOnly: tags, resultTypes: ['violations']});
	const results = await page.evaluate<AxeResults>(`globalThis.axe.run(document, ${options})`);
	return results.violations.flatMap(describe);
}

function describe({id, impact, help, nodes}: Result): readonly string[] {
	return nodes.map(
		({target, html, failureSummary}) =>
			`${id} (${impact ?? 'minor'}): ${help}\n  at ${target.join(' ')}: ${html}\n  ${(failureSummary ?? '').replaceAll('\n', '\n  ')}`,
	);
}
