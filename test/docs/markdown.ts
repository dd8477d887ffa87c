import {fileURLToPath} from 'node:url';

/** The checkout's folder. */
export const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** The first code block after a piece of text. */
export function codeAfter(markdown: string, piece: string): string {
	const from = markdown.indexOf(piece);
	const code = from < 0 ? undefined : /^```\w*\n([\s\S]*?)^```$/mu.exec(markdown.slice(from))?.[1];
	if (code === undefined) throw new Error(`There is no code after ${piece}`);
	return code;
}

/** Targets of the links and the anchors of the headings, code left out. */
export function linksOf(markdown: string): readonly string[] {
	return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/gu)].map(([, target = '']) => target);
}

/** As GitHub makes them. */
export function anchorsOf(markdown: string): readonly string[] {
	return [...withoutCode(markdown).matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);
}

function withoutCode(markdown: string): string {
	return markdown.replaceAll(/^```[\s\S]*?^```$/gmu, '');
}
