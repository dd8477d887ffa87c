import pg from 'pg';

/** A question about the data that must be answered with true. */
export interface NamedQuestion {
	readonly name: string;
	/** A SELECT of one row, whose first column counts. */
	readonly sql: string;
}

/**
 * Asks each question in the open, read-only transaction with the transaction's time limit for each. A cursor takes nothing
 * but a query, and no more than two rows of it.
 *
 * @returns A sentence for each that is not answered with true.
 */
export async function askQuestions(
	client: pg.ClientBase,
	questions: readonly NamedQuestion[],
): Promise<readonly string[]> {
	const faults: string[] = [];
	for (const {name, sql} of questions) {
		const fault = await faultOf(client, sql);
		if (fault !== null) faults.push(`The probe “${name}” ${fault}.`);
	}
	return faults;
}

async function faultOf(client: pg.ClientBase, sql: string): Promise<string | null> {
	await client.query('SAVEPOINT lockstep_probe');
	try {
		await client.query(alone(`DECLARE lockstep_probe NO SCROLL CURSOR FOR ${sql}`));
		const {rows} = await client.query<unknown[]>({text: 'FETCH 2 FROM lockstep_probe', rowMode: 'array'});
		return faultOfAnswer(rows);
	} catch (error) {
		if (!(error instanceof pg.DatabaseError) || error.severity !== 'ERROR') throw error;
		return `could not be answered: ${error.message} (SQLSTATE ${error.code ?? 'unknown'})`;
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
