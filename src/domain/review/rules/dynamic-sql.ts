import type {ScriptStatement} from '../../script/parsed-script.ts';
import {objectToStatements, type Rule} from '../rule.ts';

/** What a text built at run time does, no review can read; only the rehearsal sees it. */
export const dynamicSql: Rule = {
	id: 'dynamic-sql',
	item: null,
	waivable: true,
	why: 'The statement is put together when it runs, so nobody can say beforehand what it changes.',
	check: ({pending}) =>
		objectToStatements(pending, (statement) => {
			const what = dynamicPart(statement);
			if (what === null) return null;
			return {
				severity: 'warning',
				message: `${what}: its effect cannot be read from the script.`,
				remedy: 'Write the statements out, one for each table; or explain in the request what it does.',
			};
		}),
};

/** Functions that run the text they are given. PostgreSQL documentation, "Mapping Tables to XML", "Text Search". */
const runningCalls =
	/(?:^|\.)(?:query_to_xml\w*|cursor_to_xml\w*|table_to_xml\w*|schema_to_xml\w*|database_to_xml\w*|ts_stat|crosstab\w*|connectby|xpath_table)$/u;

function dynamicPart({tag, foreignLanguage, calls}: ScriptStatement): string | null {
	if (tag === 'DYNAMIC') return 'EXECUTE of a text that is put together when it runs';
	if (foreignLanguage !== null) return `A block in ${foreignLanguage}`;
	const call = calls.find((name) => runningCalls.test(name));
	return call === undefined ? null : `${call}() runs the text it is given`;
}
