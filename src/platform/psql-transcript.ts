import type {ChildOutput} from './child-process.ts';
import type {MaskSecrets} from './secret-masking.ts';
import {isError, isWarning, parseMessage, type PsqlMessage} from './psql-output.ts';

/** One session of the server's: process ids are used again, so its beginning belongs to its name. */
export interface Backend {
	readonly pid: number;
	/** Seconds since 1970 as the server writes them. */
	readonly startedAt: string;
}

/** What psql has said so far: memory stays the same however much a script prints. */
export interface PsqlTranscript {
	add(piece: ChildOutput): void;
	/** Takes what stands in unfinished lines. */
	finish(): void;
	/** Who serves psql, once the fence is passed; null before. */
	backend(): Backend | null;
	/** The last message that can have ended psql. */
	lastError(): PsqlMessage | null;
	/** The whole conversation, cut to its last 64 KiB. */
	text(): string;
	warnings(): readonly string[];
}

export interface TranscriptSettings {
	readonly marker: string;
	readonly mask: MaskSecrets;
	/** File names as psql sees them, and as people should. */
	readonly fileNames: readonly (readonly [seen: string, shown: string])[];
}

/** Where in PostgreSQL's own sources a message arose: of no use to whoever reads the output. */
const sourceLine = 'LOCATION:  ';
const keptBytes = 64 * 1024;
/** More are counted, not kept. */
const keptWarnings = 100;
/** A single line longer than this is cut. Characters. */
const longestLine = 8192;

export function createTranscript(settings: TranscriptSettings): PsqlTranscript {
	const unfinished = {stdout: '', stderr: ''};
	const warnings: string[] = [];
	let moreWarnings = 0;
	const kept: string[] = [];
	let keptSize = 0;
	let backend: Backend | null = null;
	let lastError: PsqlMessage | null = null;

	function take(stream: ChildOutput['stream'], line: string): void {
		const passed: Backend | null =
			stream === 'stderr' && backend === null ? markedBackend(line, settings.marker) : null;
		if (passed !== null) {
			backend = passed;
			return;
		}
		if (stream === 'stderr' && line.startsWith(sourceLine)) return;
		const shown = present(line, settings);
		keep(shown);
		const message = stream === 'stderr' ? parseMessage(shown) : null;
		if (message === null) return;
		// After the server's error psql may add a word of its own, that the connection is gone.
		if (isError(message) && (message.sqlState !== '' || lastError === null)) lastError = message;
		if (isWarning(message)) keepWarning(message);
	}

	function keep(line: string): void {
		kept.push(line);
		keptSize += sizeOf(line);
		while (keptSize > keptBytes) keptSize -= sizeOf(kept.shift() ?? '');
	}

	function keepWarning({text: said, line}: PsqlMessage): void {
		if (warnings.length < keptWarnings) warnings.push(line === null ? said : `line ${line}: ${said}`);
		else moreWarnings++;
	}

	function flush(stream: ChildOutput['stream']): void {
		if (unfinished[stream] !== '') take(stream, unfinished[stream]);
		unfinished[stream] = '';
	}

	return {
		add: ({stream, text: piece}) => {
			const lines = (unfinished[stream] + piece).split('\n');
			unfinished[stream] = (lines.pop() ?? '').slice(0, longestLine);
			for (const line of lines) take(stream, line.slice(0, longestLine));
		},
		finish: () => {
			flush('stdout');
			flush('stderr');
		},
		backend: () => backend,
		lastError: () => lastError,
		text: () => kept.map((line) => `${line}\n`).join(''),
		warnings: () => (moreWarnings === 0 ? warnings : [...warnings, `and ${moreWarnings} more warnings`]),
	};
}

function markedBackend(line: string, marker: string): Backend | null {
	const [word, pid, startedAt] = line.split(' ');
	return word === marker && pid !== undefined && startedAt !== undefined ? {pid: Number(pid), startedAt} : null;
}

function present(line: string, {mask, fileNames}: TranscriptSettings): string {
	return mask(fileNames.reduce((text, [seen, shown]) => text.replace(`psql:${seen}:`, `psql:${shown}:`), line));
}

/** Bytes of a line and its end. */
function sizeOf(line: string): number {
	return Buffer.byteLength(line) + 1;
}
