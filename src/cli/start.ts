import {ConfigError, loadConfig} from '../config.ts';
import {Failure} from '../operations/ports/failure.ts';

/** Starts a role and runs until SIGTERM or SIGINT. Exit code 2: the configuration cannot be used; 1: a
 * part it needs cannot be reached, such as the record or Slack. */
export async function start(
	role: string,
	options: {readonly config: string; readonly pool?: readonly string[]},
): Promise<void> {
	if (role !== 'bot' && role !== 'worker') {
		process.stderr.write(`There is no role “${role}”: it is bot or worker.\n`);
		process.exitCode = 2;
		return;
	}
	try {
		const config = await loadConfig(options.config, process.env);
		const stop =
			role === 'bot' ? await startBot(config) : await startWorker(config, options.pool ?? config.worker.pools);
		for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
	} catch (error) {
		if (!(error instanceof ConfigError) && !(error instanceof Failure)) throw error;
		process.stderr.write(`${error.message}\n`);
		// What was opened before would keep the process alive.
		process.exit(error instanceof ConfigError ? 2 : 1);
	}
}

type Config = Awaited<ReturnType<typeof loadConfig>>;

async function startBot(config: Config): Promise<() => Promise<void>> {
	const {startBot: begin} = await import('../roles/bot.ts');
	return await begin(config);
}

async function startWorker(config: Config, pools: readonly string[]): Promise<() => Promise<void>> {
	const {startWorker: begin} = await import('../roles/worker.ts');
	return await begin(config, pools);
}
