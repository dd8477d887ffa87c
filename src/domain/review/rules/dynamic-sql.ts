import type {ScriptStatement} from '../../script/parsed-script.ts';
import type {ReviewedStatement} from '../review-context.ts';
import {objectToStatements, type Rule} from '../rule.ts';

/** What a text built at run time does, no review can read; only the rehearsal sees it. */
export const dynamicSql: Rule = {
	id: 'dynamic-sql',
	item: null,
	waivable: true,
	severity: 'warning; notice where only the body of a routine does it that the migration creates',
	why: 'The statement is put together when it runs, so nobody can say beforehand what it changes.',
	example: {
		of: 'migration',
		sql: "EXECUTE 'DROP TABLE ' || current_setting('app.old_table');",
		instead: "EXECUTE 'ALTER TABLE orders ADD note text';",
	},
	check: ({statements, pending}) => {
		const routines = dynamicRoutines(statements);
		const called = new Set(pending.flatMap(({statement}) => calledRoutine(statement, routines) ?? []));
		return objectToStatements(pending, (statement) => {
			const routine = calledRoutine(statement, routines);
			const what =
				dynamicPart(statement) ?? (routine === null ? null : `${routine}() runs a text that it puts together`);
			if (what === null) return statement.dynamicInBody && !called.has(routineOf(statement)) ? inBody(statement) : null;
			return {
				severity: 'warning',
				message: `${what}: its effect cannot be read from the script.`,
				remedy: `Write the statements out, one for each table: EXECUTE '…'; with a text that stands there whole is read like any other; else explain in the request what it does.`,
			};
		});
	},
};

/** Routines that the script itself creates, by their last names, and whose bodies nobody can read. */
function dynamicRoutines(statements: readonly ReviewedStatement[]): ReadonlySet<string> {
	return new Set(
		statements.filter(({statement}) => statement.dynamicInBody).map(({statement}) => routineOf(statement)),
	);
}

/** Creating a routine that calls the other one runs neither. */
function calledRoutine({tag, calls}: ScriptStatement, routines: ReadonlySet<string>): string | null {
	if (routines.size === 0 || tag.startsWith('CREATE ')) return null;
	return calls.map((call) => call.slice(call.lastIndexOf('.') + 1)).find((name) => routines.has(name)) ?? null;
}

/** Last name of the routine that the statement creates, as calls have it: in lower case. */
function routineOf({text}: ScriptStatement): string {
	const name = routineName.exec(text)?.[1] ?? '';
	return (name.split('.').at(-1) ?? '').replaceAll('"', '').toLowerCase();
}

const routineName = /\b(?:FUNCTION|PROCEDURE)\s+([^\s(]+)/iu;

/** Nothing in the script calls it: it runs when somebody does later. */
function inBody({tag, text}: ScriptStatement) {
	const name = routineName.exec(text)?.[1] ?? 'the routine';
	return {
		severity: 'notice' as const,
		message: `${tag} ${name}: its body runs a text that is put together when it is called.`,
		remedy: 'Write the statements out in the body; where names must be put in, EXECUTE format(…) with %I and %L.',
	};
}

/**
 * Functions that run the text they are given, at once or later. PostgreSQL documentation, "Mapping Tables to XML", "Text
 * Search Functions", tablefunc, xml2; pg_cron.
 */
const runningCalls =
	/(?:^|\.)(?:query_to_xml\w*|cursor_to_xml\w*|table_to_xml\w*|schema_to_xml\w*|database_to_xml\w*|ts_stat|ts_rewrite|crosstab\w*|connectby|xpath_table|pg_background_launch)$|^cron\.(?:schedule|schedule_in_database|alter_job)$/u;

function dynamicPart({tag, foreignLanguage, calls}: ScriptStatement): string | null {
	if (tag === 'DYNAMIC') return 'EXECUTE of a text that is put together when it runs';
	if (foreignLanguage !== null) return `A block in ${foreignLanguage}`;
	const call = calls.find((name) => runningCalls.test(name));
	return call === undefined ? null : `${call}() runs the text it is given`;
}
