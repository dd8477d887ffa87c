import pg from 'pg';

/** A question about the data that must be answered with true. */
export interface NamedQuestion {
	readonly name: string;
	/** A SELECT of one row, whose first column counts. */
	readonly sql: string;
}

/** A question that was not answered with true. */
export interface QuestionFault {
	readonly name: string;
	/** Empty where the server answered, with something else than true. */
	readonly sqlState: string;
	/** As the server said it; empty where it answered. */
	readonly message: string;
	/** For people. */
	readonly sentence: string;
}

/**
 * Asks each question in the open, read-only transaction with the transaction's time limit for each. A cursor takes nothing
 * but a query, and no more than two rows of it.
 *
 * @param signal Heard between two questions; what runs is the caller's to end.
 * @returns Those that are not answered with true.
 */
export async function askQuestions(
	client: pg.ClientBase,
	questions: readonly NamedQuestion[],
	signal?: AbortSignal,
): Promise<readonly QuestionFault[]> {
	const faults: QuestionFault[] = [];
	for (const {name, sql} of questions) {
		signal?.throwIfAborted();
		const fault = await faultOf(client, sql);
		if (fault === null) continue;
		const {said, sqlState = '', message = ''} = fault;
		faults.push({name, sqlState, message, sentence: `The probe “${name}” ${said}.`});
	}
	return faults;
}

interface Fault {
	readonly said: string;
	readonly sqlState?: string;
	readonly message?: string;
}

async function faultOf(client: pg.ClientBase, sql: string): Promise<Fault | null> {
	await client.query('SAVEPOINT lockstep_probe');
	try {
		await client.query(alone(`DECLARE lockstep_probe NO SCROLL CURSOR FOR ${sql}`));
		const {rows} = await client.query<unknown[]>({text: 'FETCH 2 FROM lockstep_probe', rowMode: 'array'});
		const said = faultOfAnswer(rows);
		return said === null ? null : {said};
	} catch (error) {
		if (!(error instanceof pg.DatabaseError) || error.severity !== 'ERROR') throw error;
		const {message, code: sqlState = ''} = error;
		return {
			said: `could not be answered: ${message} (SQLSTATE ${sqlState === '' ? 'unknown' : sqlState})`,
			sqlState,
			message,
		};
	} finally {
		await client.query('ROLLBACK TO SAVEPOINT lockstep_probe; RELEASE SAVEPOINT lockstep_probe');
	}
}

/** The extended protocol takes one statement alone: nothing can follow a semicolon. */
function alone(text: string): pg.QueryConfig & {readonly queryMode: 'extended'} {
	return {text, queryMode: 'extended'};
}

function faultOfAnswer([row, ...more]: readonly (readonly unknown[])[]): string | null {
	if (row === undefined) return 'was answered with no row: one was expected';
	if (more.length > 0) return 'was answered with several rows: one was expected';
	const [answer] = row;
	if (answer === true) return null;
	if (answer === null) return 'was answered with null, not with true';
	// What else stands there may be personal data.
	return answer === false ? 'was answered with false' : 'was not answered with true or false';
}
