import type {Rule} from '../rule.ts';
import {concurrentlyInBlock} from './concurrently-in-block.ts';
import {dropColumn} from './drop-column.ts';
import {dropSchema} from './drop-schema.ts';
import {dropTable} from './drop-table.ts';
import {dynamicSql} from './dynamic-sql.ts';
import {guardMismatch} from './guard-mismatch.ts';
import {historyTampering} from './history-tampering.ts';
import {indexNotConcurrent} from './index-not-concurrent.ts';
import {lostRename} from './lost-rename.ts';
import {notIdempotent} from './not-idempotent.ts';
import {notNullWithoutDefault} from './not-null-without-default.ts';
import {partialApply} from './partial-apply.ts';
import {renameColumn} from './rename-column.ts';
import {renameTable} from './rename-table.ts';
import {serverEscape} from './server-escape.ts';
import {sessionOverride} from './session-override.ts';
import {setNotNull} from './set-not-null.ts';

/** Every rule of the review. */
export const rules: readonly Rule[] = [
	// what no script may do: these look at the whole file
	serverEscape,
	sessionOverride,
	historyTampering,
	notIdempotent,
	// what cannot work, or not be repeated
	guardMismatch,
	concurrentlyInBlock,
	partialApply,
	dynamicSql,
	// the checklist's questions
	dropTable,
	dropColumn,
	dropSchema,
	notNullWithoutDefault,
	setNotNull,
	indexNotConcurrent,
	renameTable,
	renameColumn,
	lostRename,
];
