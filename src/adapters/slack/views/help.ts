import type {Target} from '../../../domain/target.ts';
import {section} from '../blocks.ts';
import {code, cut, escape, fitLines} from '../limits.ts';
import type {Rendered} from './words.ts';

/** `/migrate help`, and the answer to words nobody knows. */
export function helpMessage(targets: readonly Target[], unknown: string | null): Rendered {
	const intro =
		unknown === null
			? 'Lockstep takes EF Core migrations to production.'
			: `I do not know ${code(cut(unknown, 60))}. I know these:`;
	const lines = [
		intro,
		'• `/migrate` – what waits for you, what runs, what you asked for',
		'• `/migrate request [target]` – request a migration; `staging,production` names stages in their order',
		'• `/migrate list` – what is open, then what was last',
		'• `/migrate show MR-12` – one request as it is now',
		'• `/migrate withdraw MR-12` – end a request that is not running',
		'• `/migrate help` – this',
	];
	const names = fitLines([`Targets: ${targets.map(({name}) => cut(escape(name), 60)).join(', ')}`], 1500, () => '…');
	return {text: intro, blocks: [section('help', [...lines, names].join('\n'))]};
}
