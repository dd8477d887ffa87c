/**
 * SQL that finds the names of tables and columns in other SQL: in the bodies of functions, which are plain text to the
 * catalogs, and in pg_stat_statements. It looks at words, not at meaning: a variable of the same name, or a comment, is
 * taken for a use. Only a name that is put together from pieces (`'ord' || 'ers'`) is not seen.
 */

/** A character of an identifier. Everything beyond ASCII is one; `$` is left out, for it also ends a quoted text. */
const inWord = String.raw`[^][[:space:]!"#$%&''()*+,./:;<=>?@^{|}~\x60\\-]`;

/** A word, and the word before the dot before it, quotes included. */
const wordPattern = `"?(?:${inWord}+"?[[:space:]]*[.][[:space:]]*"?)?${inWord}+"?`;

/** The same in pieces: quote, word, quote, twice. Slow on long texts. */
const wordPieces = `^(?:("?)(${inWord}+)("?)[[:space:]]*[.][[:space:]]*)?("?)(${inWord}+)("?)$`;

/**
 * The server folds the ASCII letters of what is not quoted; lower() under the collation "C" does the same.
 *
 * @param text SQL for a text.
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
export function folded(text: string): string {
	return `lower(${text} COLLATE "C")`;
}

/**
 * SQL for a table with one row of the distinct words in a text: `words`, and as `tables` the same with what stands
 * before the dot (`public.orders`, or `.orders` where nothing does). A reserved word is left out where nothing tells
 * that it is a name: ORDER is one in `"order"` and in `public.order`.
 *
 * @param text SQL for a text.
 * @see https://www.postgresql.org/docs/current/sql-keywords-appendix.html
 */
export function wordsOf(text: string): string {
	return `(
		SELECT array_agg(DISTINCT word COLLATE "C") AS words,
			array_agg(DISTINCT (coalesce(qualifier, '') || '.' || word) COLLATE "C") AS tables
		FROM (
			SELECT CASE WHEN piece[1] <> '' AND piece[3] <> '' THEN piece[2] ELSE ${folded('piece[2]')} END AS qualifier,
				CASE WHEN piece[4] <> '' AND piece[6] <> '' THEN piece[5] ELSE ${folded('piece[5]')} END AS word
			FROM (SELECT DISTINCT found[1] COLLATE "C" AS text FROM regexp_matches(${text}, '${wordPattern}', 'g') AS found) AS each_text
			CROSS JOIN LATERAL regexp_match(each_text.text, '${wordPieces}') AS piece
			WHERE piece[2] IS NOT NULL OR (piece[4] <> '' AND piece[6] <> '') OR ${folded('piece[5]')} NOT IN (
				SELECT keyword.word FROM pg_get_keywords() AS keyword WHERE keyword.catcode IN ('R', 'T'))
		) AS each_word)`;
}

/**
 * SQL for: the text may hold the name. Cheap, to be asked before `wordsOf`; all there is to ask for a name that is not
 * one word (`"order lines"`).
 *
 * @param foldedText SQL for a text that went through `folded`.
 * @param name SQL for a name.
 */
export function mayHold(foldedText: string, name: string): string {
	return `strpos(${foldedText}, ${folded(`replace(${name}::text, '"', '""')`)}) > 0`;
}

/**
 * SQL for: the text names the table, with its own schema before it or none.
 *
 * @param text SQL for a row with `folded`, and `words` and `tables` as `wordsOf` gives them.
 * @param table SQL for a row with `schema` and `name`.
 */
export function namesTable(text: string, table: string): string {
	const forms = `ARRAY['.' || ${table}.name, ${table}.schema || '.' || ${table}.name]`;
	const isHeld = mayHold(`${text}.folded`, `${table}.name`);
	return `CASE WHEN ${isSeveralWords(`${table}.name`)} THEN ${isHeld} ELSE ${text}.tables && ${forms} END`;
}

/**
 * SQL for: the text names a column, whatever stands before it.
 *
 * @param text As for `namesTable`.
 * @param column SQL for a name.
 */
export function namesColumn(text: string, column: string): string {
	const isHeld = mayHold(`${text}.folded`, column);
	return `CASE WHEN ${isSeveralWords(column)} THEN ${isHeld} ELSE ${column}::text = ANY (${text}.words) END`;
}

/** Or has a `$`, which the words do not have. */
function isSeveralWords(name: string): string {
	return `${name}::text !~ '^${inWord}+$'`;
}
