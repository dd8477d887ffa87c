import {Command} from 'commander';

import {compileParserOnce} from '../adapters/sql/parser-compiler.ts';
import {backupsCommand} from './backups/commands.ts';
import type {ReviewOptions} from './review.ts';

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
	lockstep
		.command('review')
		.description('review a script of `dotnet ef`: exit 0 nothing blocks, 1 a blocker, 2 file or command line unusable')
		.usage('<file> [options]')
		// A command line that was not understood must not look like a verdict: commander's own exit code is a blocker's.
		.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
		.showHelpAfterError('lockstep review --help lists the options.')
		.argument('[file]', 'the script, or - for standard input')
		.option('--database <url>', 'ask this database what is pending and how large its tables are: postgresql://…')
		.option('--target <name>', 'ask a target of the configuration instead, and review by its policy')
		.option('-c, --config <file>', 'configuration, for --target', defaultConfigFile)
		.option('--pending <id...>', 'without a database: only these migrations are pending')
		.option('--since <id>', 'without a database: what comes after this migration is pending')
		.option('--format <format>', 'text, json, sarif or github', 'text')
		.action(async (file: string | undefined, options: ReviewOptions) => {
			// Before the parser is loaded, which its import alone does: it compiles on another core while the rules load.
			compileParserOnce();
			const [{review}] = await Promise.all([import('./review.ts'), import('libpg-query')]);
			process.exitCode = await review(file, options);
		});
	lockstep.addCommand(backupsCommand(defaultConfigFile));
	return lockstep;
}
