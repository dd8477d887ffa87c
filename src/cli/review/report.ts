import type {Finding, Severity} from '../../domain/review/finding.ts';
import type {Review} from '../../domain/review/review.ts';
import type {ReadScript} from '../../operations/ports/script-reader.ts';

/** All that a format may show. */
export interface Report {
	/** As given on the command line; `-` is standard input. */
	readonly file: string;
	readonly bytes: Uint8Array;
	readonly read: ReadScript;
	readonly review: Review;
	/** Null where no database was asked. */
	readonly target: AskedTarget | null;
}

export interface AskedTarget {
	/** The configured target's name, or host, port and database. */
	readonly name: string;
	/** As `server_version_num`: 150018. */
	readonly serverVersion: number;
}

/** What a person calls the file. */
export function fileName(file: string): string {
	return file === '-' ? 'stdin' : file;
}

/** EF's versions in the order in which the script names them. */
export function productVersions({read}: Report): readonly string[] {
	return [...new Set(read.frame.migrations.flatMap(({productVersion}) => productVersion ?? []))];
}

export function countOf(findings: readonly Finding[], severity: Severity): number {
	return findings.filter((finding) => finding.severity === severity).length;
}

/** Something would stop the script. */
export function isBlocked({review}: Report): boolean {
	return countOf(review.findings, 'blocker') > 0;
}
