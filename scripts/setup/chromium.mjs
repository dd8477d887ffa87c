import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {hasDebianPackages} from './debian-packages.mjs';
import {SetupError} from './error.mjs';
import {findChromium, fontsIn, hasFonts, holds} from './find-chromium.mjs';
import {say} from './progress.mjs';
import {unpackedAt, unpackParts} from './unpack-packages.mjs';

/** @type {Record<'chromium' | 'fonts', string[]>} */
const advice = {
	chromium: [
		'  - Chromium or Google Chrome',
		'    (Debian: apt-get install chromium; Fedora: dnf install chromium; Ubuntu: the .deb of Google Chrome),',
		'    or set LOCKSTEP_CHROMIUM to the path of that program',
	],
	fonts: [
		'  - a font for text and one for colour emoji, and fontconfig',
		'    (Debian, Ubuntu: apt-get install fontconfig-config fonts-dejavu-core fonts-noto-color-emoji;',
		'    Fedora: dnf install fontconfig dejavu-sans-fonts google-noto-color-emoji-fonts),',
		'    or set FONTCONFIG_FILE to a configuration that names some',
	],
};

/**
 * Finds a browser and fonts for it, or fetches them, and says where they are to what runs next.
 *
 * @param {string} checkout
 * @param {{announce: boolean}} options `announce`: say what was found even if nothing had to be fetched
 * @returns {Promise<{LOCKSTEP_CHROMIUM: string, FONTCONFIG_FILE?: string}>}
 * @throws {SetupError}
 */
export async function ensureChromium(checkout, {announce}) {
	const unpacked = unpackedAt(checkout);
	const before = find(unpacked);
	const fetched = before.missing.length > 0;
	if (fetched) await fetchMissing(unpacked.root, before.missing);
	const {chromium, missing} = fetched ? find(unpacked) : before;
	if (!chromium || missing.length > 0) throw new SetupError(whatToInstall(missing));
	if (announce || fetched) say(`setup: Chromium ${chromium.version} at ${chromium.program}`);
	return {LOCKSTEP_CHROMIUM: chromium.program, ...fontSettings(unpacked)};
}

/** @param {ReturnType<typeof unpackedAt>} unpacked */
function find(unpacked) {
	const chromium = findChromium(unpacked.chromiumBin);
	const fonts = process.env['FONTCONFIG_FILE'] || hasFonts() || fontsIn(unpacked.fonts).length > 0;
	/** @type {('chromium' | 'fonts')[]} */
	const missing = [];
	if (!chromium) missing.push('chromium');
	if (!fonts) missing.push('fonts');
	return {chromium, missing};
}

/**
 * Unpacked fonts are found through a configuration of their own. It names them by their full path, so it is written
 * anew when the checkout has moved.
 *
 * @param {ReturnType<typeof unpackedAt>} unpacked
 * @returns {{FONTCONFIG_FILE?: string}}
 */
function fontSettings({root, fonts}) {
	if (process.env['FONTCONFIG_FILE'] || hasFonts()) return {};
	const file = path.join(root, 'fonts', 'fonts.conf');
	const text = fontConfiguration(fonts, path.join(root, 'fonts', 'cache'));
	if (!holds(file, text)) writeFileSync(file, text);
	return {FONTCONFIG_FILE: file};
}

/**
 * @param {string} fonts
 * @param {string} cache
 */
function fontConfiguration(fonts, cache) {
	const families = {
		'sans-serif': 'DejaVu Sans',
		'system-ui': 'DejaVu Sans',
		serif: 'DejaVu Serif',
		monospace: 'DejaVu Sans Mono',
		emoji: 'Noto Color Emoji',
	};
	const aliases = Object.entries(families).map(
		([family, font]) =>
			`	<alias binding="same"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`,
	);
	return [
		'<?xml version="1.0"?>',
		'<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
		'<fontconfig>',
		'	<include ignore_missing="yes">/etc/fonts/fonts.conf</include>',
		`	<dir>${escapeXml(fonts)}</dir>`,
		`	<cachedir>${escapeXml(cache)}</cachedir>`,
		...aliases,
		'</fontconfig>',
		'',
	].join('\n');
}

/** @param {string} text */
function escapeXml(text) {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/**
 * @param {string} root
 * @param {readonly ('chromium' | 'fonts')[]} missing
 */
async function fetchMissing(root, missing) {
	if (!hasDebianPackages()) throw new SetupError(whatToInstall(missing));
	try {
		await unpackParts(root, missing);
	} catch (error) {
		const interrupted = error instanceof SetupError && error.exitCode > 128;
		if (interrupted) throw error;
		throw new SetupError(`${/** @type {Error} */ (error).message}\n${whatToInstall(missing)}`);
	}
}

/** @param {readonly ('chromium' | 'fonts')[]} missing */
function whatToInstall(missing) {
	const lines = missing.flatMap((part) => advice[part]);
	return [
		'setup: this machine lacks what tests in a browser need and it could not be fetched. Please install:',
		...lines,
	].join('\n');
}
