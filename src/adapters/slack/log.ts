/** Where the adapter's own log lines go; the role hands in the platform's, which masks secrets. */
export interface SlackLog {
	info(fields: {readonly [key: string]: unknown}, message: string): void;
	warn(fields: {readonly [key: string]: unknown}, message: string): void;
	error(fields: {readonly [key: string]: unknown}, message: string): void;
}
