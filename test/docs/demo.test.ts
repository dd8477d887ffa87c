import {execFile, spawnSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';

import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {type Stage, startStage} from '../../scripts/stage/stage.ts';
import {checkout, codeAfter} from './markdown.ts';

const hasTools = ['curl', 'base64'].every((tool) => spawnSync(tool, ['--version']).status === 0);

describe.skipIf(!hasTools)('docs/demo.md (needs curl and base64)', () => {
	let stage: Stage;

	beforeAll(async () => {
		stage = await startStage({transport: 'socket'});
	});
	afterAll(async () => await stage.stop());

	it('has calls that take a migration to verified as they stand there', async () => {
		const text = await readFile(path.join(checkout, 'docs/demo.md'), 'utf8');
		const calls = codeAfter(text, '<!-- checked by test/docs/demo.test.ts -->');
		const {stdout} = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', calls], {
			cwd: checkout,
			env: {...process.env, SLACK: stage.simulator.url},
			timeout: 50_000,
		});
		expect(stdout).toContain('MR-1 is verified');
	});
});
