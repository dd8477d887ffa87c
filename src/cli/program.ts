import {Command} from 'commander';

/** The configuration's file where nothing else is said. */
const defaultConfigFile = 'lockstep.yaml';

/** The command line. Each subcommand loads only what it needs: Bolt and BullMQ alone take most of a second. */
export function program(): Command {
	const lockstep = new Command('lockstep')
		.description('Takes EF Core migrations to production PostgreSQL by the book, from Slack.')
		.showHelpAfterError();
	lockstep
		.command('start')
		.description('run a role: the bot (Slack and the deploy gate) or a worker (backs up, applies, verifies)')
		.argument('<role>', 'bot or worker')
		.option('-c, --config <file>', 'configuration', defaultConfigFile)
		.option('--pool <name...>', 'worker only: the pools it takes, instead of those of the configuration')
		.action(async (role: string, options: {readonly config: string; readonly pool?: readonly string[]}) => {
			const {start} = await import('./start.ts');
			await start(role, options);
		});
	lockstep
		.command('gate')
		.description('ask the deploy gate: exit 0 go, 1 stop, 2 hold, 3 could not ask')
		// A question that was not understood must not look like an answer: commander's own exit code is that of a stop.
		.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 3))
		.requiredOption('--app <name>', 'the application')
		.requiredOption('--version <version>', 'the version about to be deployed')
		.option('--target <name>', 'one target; all targets where not given')
		.option('--url <address>', 'the gate’s address, else LOCKSTEP_GATE_URL')
		.action(
			async (options: {
				readonly app: string;
				readonly version: string;
				readonly target?: string;
				readonly url?: string;
			}) => {
				const {gate} = await import('./gate.ts');
				process.exitCode = await gate(options);
			},
		);
	return lockstep;
}
