import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';

import {describe, expect, it} from 'vitest';
import {parse} from 'yaml';
import {z} from 'zod';

import {loadConfig} from '../../src/config.ts';
import {checkout} from './markdown.ts';

const read = (name: string): string => readFileSync(path.join(checkout, name), 'utf8');

const Service = z.object({
	image: z.string().optional(),
	command: z.array(z.string()).optional(),
	env_file: z.string().optional(),
	environment: z.record(z.string(), z.string()).optional(),
	volumes: z.array(z.string()).default([]),
	healthcheck: z.object({test: z.array(z.string())}).optional(),
	stop_grace_period: z.string().optional(),
});
const Compose = z.object({services: z.record(z.string(), Service), volumes: z.record(z.string(), z.unknown())});

describe('the Dockerfile', () => {
	const dockerfile = read('Dockerfile');
	const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

	it('copies only what is there and what .dockerignore lets through', () => {
		const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gmu)].flatMap(([, names = '']) =>
			names.split(' '),
		);
		expect(sources).toContain('schema');
		const allowed = read('.dockerignore')
			.split('\n')
			.filter((line) => line.startsWith('!'))
			.map((line) => line.slice(1));
		expect(sources.filter((source) => !existsSync(path.join(checkout, source)) || !allowed.includes(source))).toEqual(
			[],
		);
	});

	it('runs Node 24 as another user than root, without the sources and the development tools', () => {
		expect(
			[...dockerfile.matchAll(/^FROM (\S+)/gmu)].every(([, image]) => image?.startsWith('node:24-') === true),
		).toBe(true);
		expect(last).toMatch(/^USER lockstep$/mu);
		expect(last).not.toMatch(/^COPY .*\bsrc\b/mu);
		expect(dockerfile).toContain('npm ci --omit=dev');
	});

	it('carries the programs of every supported major', () => {
		for (const major of [14, 15, 16, 17, 18]) expect(last).toContain(` postgresql-${major}`);
	});

	it('starts the command line', () => {
		expect(last).toContain('"/opt/lockstep/bin/lockstep"]');
	});
});

describe('compose.yaml', () => {
	const {services, volumes} = Compose.parse(parse(read('compose.yaml'), {merge: true}));

	it('starts roles that there are', () => {
		const roles = Object.values(services).flatMap(({image, command}) =>
			image === 'lockstep' ? [command?.slice(0, 2)] : [],
		);
		expect(roles).toEqual([
			['start', 'bot'],
			['start', 'worker'],
		]);
	});

	it('gives the bot no password of a target and the worker no token of the gate', () => {
		expect(services['bot']?.env_file).toBe('bot.env');
		expect(services['worker']?.env_file).toBe('worker.env');
		const places = ['LOCKSTEP_RECORD_URL', 'LOCKSTEP_REDIS_URL'];
		expect(['bot', 'worker'].map((role) => Object.keys(services[role]?.environment ?? {}))).toEqual([places, places]);
	});

	it('keeps backups and the record in volumes, the backups where the example puts them', async () => {
		expect(Object.keys(volumes).toSorted()).toEqual(['backups', 'record']);
		const config = await loadConfig(path.join(checkout, 'lockstep.example.yaml'), {});
		const place = services['worker']?.volumes.find((volume) => volume.startsWith('backups:'))?.split(':')[1];
		for (const {backup} of config.targets.values()) expect(backup.directory?.startsWith(`${place}/`)).toBe(true);
	});

	it('looks at the bot’s health on the port of the example, and lets a worker finish an apply', async () => {
		const config = await loadConfig(path.join(checkout, 'lockstep.example.yaml'), {LOCKSTEP_GATE_TOKEN: 'x'});
		expect(services['bot']?.healthcheck?.test.join(' ')).toContain(`:${config.gate().port}/healthz`);
		const longest = Math.max(...[...config.targets.values()].map(({apply}) => apply.graceMs));
		expect(Number.parseInt(services['worker']?.stop_grace_period ?? '0', 10) * 60_000).toBeGreaterThan(longest);
	});
});
