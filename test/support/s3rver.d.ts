declare module 's3rver' {
	interface S3rverOptions {
		readonly address: string;
		readonly port: number;
		readonly directory: string;
		readonly silent: boolean;
		readonly configureBuckets: readonly {readonly name: string}[];
	}

	class S3rver {
		constructor(options: S3rverOptions);
		run(): Promise<unknown>;
		close(): Promise<void>;
	}

	export = S3rver;
}
