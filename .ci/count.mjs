// node count.mjs REPORT EXIT_CODE → "passed failed skipped" of a vitest JSON report.
import {readFileSync} from 'node:fs';

const [report = '', exitCode = '1'] = process.argv.slice(2);
const {passed, failed, skipped} = count(report);

// A run that ended badly without a failing test (no report, a file that leaks, nothing to test) has failed all the same.
const endedBadly = exitCode !== '0' || passed + failed === 0;
process.stdout.write(`${passed} ${endedBadly ? Math.max(failed, 1) : failed} ${skipped}\n`);

function count(file) {
	try {
		const results = JSON.parse(readFileSync(file, 'utf8'));
		return {
			passed: results.numPassedTests,
			failed: results.numFailedTests,
			skipped: results.numPendingTests + results.numTodoTests,
		};
	} catch {
		return {passed: 0, failed: 0, skipped: 0};
	}
}
