import type {LeftOut} from '../../domain/rehearsal.ts';

export interface RestoreError {
	/** First line of the command; empty where it was none of the server's. */
	readonly command: string;
	readonly message: string;
	/** False where pg_restore could not read the dump. */
	readonly byServer: boolean;
	/** The rows break what is declared of them, or are none that the table could take. */
	readonly aboutRows: boolean;
}

/** An error with what a report says of it. */
export interface FailedRestore {
	readonly error: RestoreError;
	readonly told: LeftOut;
}

/** `pg_restore: error: could not execute query: ERROR:  …`, details of it, then `Command was: …`. */
export function errorsOf(stderr: string): readonly RestoreError[] {
	return stderr
		.split(/^pg_restore: error: /m)
		.slice(1)
		.map((text) => {
			const first = text.split('\n')[0] ?? '';
			const isCopy = first.startsWith('COPY failed');
			return {
				message: first
					.replace(/^could not execute query: (?:ERROR: +)?/, '')
					.replace(/^(COPY failed for table ".*"): ERROR: +/, '$1: '),
				command: (/^Command was: (.*)$/m.exec(text)?.[1] ?? '').slice(0, longestCommand),
				byServer: isCopy || /^(?:could not execute query|error returned by PQ\w+): /.test(first),
				aboutRows: ofRows.test(first) || (isCopy && !ofMissing.test(first)),
			};
		});
}

/** An index or a constraint may fail for a missing collation or for want of memory as well: that is not the rows' doing. */
const ofRows =
	/could not create (?:unique index|exclusion constraint)|\bviolate[sd]\b|contains null values|duplicate key|invalid (?:input|byte sequence)/;
/** Copied rows may call what this server has not: a CHECK's function, for one. */
const ofMissing = /does not exist|permission denied/;

/** Characters. */
const longestCommand = 200;
/** More are of no use to whoever reads the report. */
const namedErrors = 20;

/** What is missing on purpose makes others fail, and these yet others: views of views, and the grants of all. */
export function sortErrors(
	errors: readonly RestoreError[],
	leftOut: readonly LeftOut[],
): {readonly explained: readonly LeftOut[]; readonly failed: readonly FailedRestore[]} {
	const missing = new Set(
		leftOut.flatMap(({kind, name}) => (kind === 'foreign table' ? [name, withoutSchema(name)] : [name])),
	);
	const explained: LeftOut[] = [];
	const failed: FailedRestore[] = [];
	for (const error of errors) {
		const {command, message} = error;
		const told = {kind: 'object', name: command, why: message};
		const wanted = /"(.*)" does not exist/.exec(message)?.[1] ?? '';
		if (!missing.has(wanted)) failed.push({error, told});
		else {
			const name = nameCreatedBy(command);
			if (name !== null) missing.add(name);
			// What belongs to a missing one is not missed for itself.
			if (name !== null) explained.push(told);
		}
	}
	return {explained: explained.slice(0, namedErrors), failed};
}

function withoutSchema(name: string): string {
	return name.slice(name.indexOf('.') + 1);
}

/** As the server's messages write it, without quotes: `public.Ledger`. */
function nameCreatedBy(command: string): string | null {
	const name =
		/^CREATE [A-Z ]*?(?:VIEW|TABLE|FUNCTION|PROCEDURE|TYPE|SEQUENCE|TRIGGER) ((?:"(?:[^"]|"")+"|[^\s"(.]+)(?:\.(?:"(?:[^"]|"")+"|[^\s"(.]+))?)/.exec(
			command,
		)?.[1];
	return name?.replaceAll(/"((?:[^"]|"")+)"/g, '$1') ?? null;
}
