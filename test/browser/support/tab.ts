import type {Browser, BrowserContext, Page} from 'playwright-core';

import {type Watch, watchContext} from './problems.ts';

export interface TabOptions {
	/** The address of the site: only its host may be asked for anything. May have a path and a query. */
	readonly url: string;
	/** The person, by name or id, as in `?as=dana`; nobody yet when absent. */
	readonly as?: string;
	/** What the person's system prefers; light when absent. */
	readonly colour?: 'light' | 'dark';
	/** Of the page, in CSS pixels; 1280 × 800 when absent. */
	readonly size?: {readonly width: number; readonly height: number};
}

/** A person's window: cookies and storage are shared with no other tab. */
export interface Tab {
	readonly page: Page;
	readonly context: BrowserContext;
	readonly watch: Watch;
	close(): Promise<void>;
}

/** A phone's screen. */
export const phone = {width: 390, height: 844};

/** Open tabs, and closed ones whose problems nobody has looked at yet. */
const tabs = new Set<Tab>();

/**
 * Opens a page as one person, who reads English and lives in UTC, and waits until it has loaded. Any problem of it
 * fails the test that is running, unless it was taken or pardoned by `tab.watch`.
 */
export async function openTab(browser: Browser, options: TabOptions): Promise<Tab> {
	const context = await browser.newContext({
		viewport: options.size ?? {width: 1280, height: 800},
		colorScheme: options.colour ?? 'light',
		reducedMotion: 'reduce',
		locale: 'en-GB',
		timezoneId: 'UTC',
		serviceWorkers: 'block',
	});
	const watch = watchContext(context, options.url);
	const page = await context.newPage();
	const tab: Tab = {page, context, watch, close: async () => await context.close()};
	tabs.add(tab);
	await page.goto(addressOf(options));
	return tab;
}

/** Throws when a tab has had problems since they were last looked at. */
export function expectNoProblems(): void {
	const problems = [...tabs].flatMap(({page, watch}) => watch.take().map((each) => `${page.url()}: ${each}`));
	for (const tab of tabs) {
		if (tab.page.isClosed()) tabs.delete(tab);
	}
	if (problems.length > 0) throw new Error(`a page did what it may not:\n${problems.join('\n')}`);
}

function addressOf({url, as}: TabOptions): string {
	const address = new URL(url);
	if (as !== undefined) address.searchParams.set('as', as);
	return address.href;
}
