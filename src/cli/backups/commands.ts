import {Command} from 'commander';

import type * as Backups from '../backups.ts';

type Options = Parameters<typeof Backups.prune>[0];

/**
 * `lockstep backups …`.
 *
 * @param configFile The configuration where nothing else is said.
 */
export function backupsCommand(configFile: string): Command {
	const backups = new Command('backups')
		.description(
			'backups: exit 0 done, 1 one is bad or may not be changed so, 2 command line or configuration, 3 out of reach',
		)
		.showHelpAfterError('lockstep backups --help lists the subcommands.');
	const subcommand = (name: string, description: string): Command =>
		backups
			.command(name)
			.description(description)
			.option('-c, --config <file>', 'configuration', configFile)
			.option('--json', 'print JSON')
			// A command line that was not understood must not look like a bad backup, which is commander's own exit code.
			.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
	subcommand('list', 'show every backup that there is, and why it stays')
		.option('--target <name>', 'of this target alone')
		.action(async (options: Options) => await done(async ({listBackups}) => await listBackups(options)));
	subcommand('verify', 'read backups back in full; compare them with the record and their manifests')
		.argument('[id...]', 'as the list shows them; all where none is given')
		.option('--target <name>', 'of this target alone')
		.option('--by <person>', 'who asks, for the audit; else the system’s user')
		.action(
			async (ids: readonly string[], options: Options) =>
				await done(async ({verifyBackups}) => await verifyBackups(ids, options)),
		);
	subcommand('hold', 'keep a backup until it is released')
		.argument('<id>', 'as the list shows it')
		.requiredOption('--reason <text>', 'why')
		.option('--by <person>', 'who holds it; else the system’s user')
		.action(
			async (id: string, options: Options & {readonly reason: string}) =>
				await done(async ({hold}) => await hold(id, options)),
		);
	subcommand('release', 'let a held backup go by its days again')
		.argument('<id>', 'as the list shows it')
		.option('--by <person>', 'who releases it; else the system’s user')
		.action(async (id: string, options: Options) => await done(async ({release}) => await release(id, options)));
	subcommand('prune', 'show what is past keeping; delete it with --yes')
		.option('--target <name>', 'of this target alone')
		.option('--yes', 'delete')
		.option('--by <person>', 'who deletes, for the audit; else the system’s user')
		.action(async (options: Options) => await done(async ({prune}) => await prune(options)));
	return backups;
}

async function done(work: (module: typeof Backups) => Promise<number>): Promise<void> {
	process.exitCode = await work(await import('../backups.ts'));
}
