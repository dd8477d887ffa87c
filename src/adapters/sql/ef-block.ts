/** The body of a block in EF's own shape: `BEGIN IF [NOT] EXISTS(SELECT 1 FROM …) THEN <statement>; END IF; END`. */
export interface EfBlock {
	/** Index of the IF in the body. */
	readonly ifIndex: number;
	/** What stands between IF and THEN. */
	readonly condition: string;
	/** Index of the statement. */
	readonly index: number;
	/** Without the semicolon. */
	readonly statement: string;
}

/**
 * Nearly every block of a script has this shape, and reading it needs no PL/pgSQL: of a statement that begins with one of
 * these words, PL/pgSQL hands over the text up to the first semicolon as it stands, unless INTO with a target stands in
 * it (pl_gram.y, make_execsql_stmt). Null wherever that could be otherwise: what makes lexers disagree (backslashes,
 * dollar signs, comments), a second statement, declarations, labels, ELSE, another INTO than that of
 * INSERT INTO. Whether the statement and the condition are SQL, their own parser still has to say.
 */
export function efBlock(body: string): EfBlock | null {
	if (ambiguous.test(body)) return null;
	const match = matchAt(head, body, 0);
	const condition = match?.[2];
	if (match === null || condition === undefined) return null;
	const end = statementEnd(body, match[0].length);
	if (end === null || matchAt(tail, body, end) === null) return null;
	const index = match[0].length - (match[3]?.length ?? 0);
	const statement = body.slice(index, end).replace(/[ \t\n\r\f]+$/u, '');
	return {ifIndex: match[1]?.length ?? 0, condition, index, statement};
}

/** Backslashes, dollar quotes and parameters, comments, and the one white space that not all versions take for it. */
const ambiguous = /[\\$\v\0]|--|\/\*/u;

const space = String.raw`[ \t\n\r\f]`;
const name = String.raw`(?:"[^"]+"|[A-Za-z_][A-Za-z0-9_]*)`;
const question = String.raw`SELECT${space}+1${space}+FROM${space}+${name}(?:\.${name})?${space}+WHERE${space}+${name}${space}*=${space}*'[^']*'`;
/** Groups: what stands before IF, the condition, the statement's first word or words. */
const head = new RegExp(
	String.raw`(${space}*BEGIN${space}+)IF${space}+((?:NOT${space}+)?EXISTS${space}*\(${space}*${question}${space}*\))${space}*THEN${space}+(INSERT${space}+INTO|UPDATE|DELETE|CREATE|ALTER|DROP|COMMENT)(?=${space})`,
	'iy',
);
const tail = new RegExp(String.raw`;${space}*END${space}+IF${space}*;${space}*END${space}*;?${space}*$`, 'iy');

/**
 * Literals and quoted names as wholes: without backslashes and dollar signs all of them end at their quote, whatever
 * stands before it. An open one is no SQL.
 */
const mark = /'[^']*'|"[^"]*"|;|INTO/giu;

/** Index of the semicolon that ends the statement; null where there is none, or INTO stands before it. */
function statementEnd(body: string, from: number): number | null {
	mark.lastIndex = from;
	for (let match = mark.exec(body); match !== null; match = mark.exec(body)) {
		const [found] = match;
		if (found === ';') return match.index;
		const isInto = /^INTO$/iu.test(found);
		const after = body.charCodeAt(match.index + found.length);
		if (isInto && !isWordPart(body.charCodeAt(match.index - 1)) && !isWordPart(after)) return null;
	}
	return null;
}

/** Letters, digits, the underscore, and everything outside of ASCII. NaN, the end of the text, is none. */
function isWordPart(unit: number): boolean {
	if (unit >= 0x80 || unit === 0x5f) return true;
	return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}
