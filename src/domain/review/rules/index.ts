import type {Rule} from '../rule.ts';
import {cascade} from './cascade.ts';
import {checkNotValid} from './check-not-valid.ts';
import {concurrentlyInBlock} from './concurrently-in-block.ts';
import {deleteWithoutWhere} from './delete-without-where.ts';
import {dropColumn} from './drop-column.ts';
import {dropIndexNotConcurrent} from './drop-index-not-concurrent.ts';
import {dropSchema} from './drop-schema.ts';
import {dropTable} from './drop-table.ts';
import {dynamicSql} from './dynamic-sql.ts';
import {enumValueSameTransaction} from './enum-value-same-transaction.ts';
import {exclusiveLockWindow} from './exclusive-lock-window.ts';
import {foreignKeyNotValid} from './foreign-key-not-valid.ts';
import {guardMismatch} from './guard-mismatch.ts';
import {hiddenCharacters} from './hidden-characters.ts';
import {historyTampering} from './history-tampering.ts';
import {indexNotConcurrent} from './index-not-concurrent.ts';
import {invalidIndexPresent} from './invalid-index-present.ts';
import {largeDataChange} from './large-data-change.ts';
import {lostRename} from './lost-rename.ts';
import {missingForeignKeyIndex} from './missing-foreign-key-index.ts';
import {missingPredecessor} from './missing-predecessor.ts';
import {notIdempotent} from './not-idempotent.ts';
import {notNullWithoutDefault} from './not-null-without-default.ts';
import {outOfOrder} from './out-of-order.ts';
import {parserDifferential} from './parser-differential.ts';
import {partialApply} from './partial-apply.ts';
import {placeholderDefault} from './placeholder-default.ts';
import {psqlCommand} from './psql-command.ts';
import {renameColumn} from './rename-column.ts';
import {renameTable} from './rename-table.ts';
import {serverEscape} from './server-escape.ts';
import {sessionOverride} from './session-override.ts';
import {setNotNull} from './set-not-null.ts';
import {truncate} from './truncate.ts';
import {typeRewrite} from './type-rewrite.ts';
import {uniqueBuildsIndex} from './unique-builds-index.ts';
import {unknownApplied} from './unknown-applied.ts';
import {unparsable} from './unparsable.ts';
import {updateWithoutWhere} from './update-without-where.ts';
import {validateInSameTransaction} from './validate-in-same-transaction.ts';
import {volatileDefault} from './volatile-default.ts';

/** Every rule of the review. */
export const rules: readonly Rule[] = [
	// what makes the text itself unsafe: these look at the whole file
	unparsable,
	psqlCommand,
	parserDifferential,
	hiddenCharacters,
	// what no script may do: these look at the whole file, too
	serverEscape,
	sessionOverride,
	historyTampering,
	notIdempotent,
	// what cannot work, or not be repeated
	guardMismatch,
	concurrentlyInBlock,
	enumValueSameTransaction,
	partialApply,
	dynamicSql,
	// what the target has already
	missingPredecessor,
	outOfOrder,
	unknownApplied,
	// what is lost
	dropTable,
	dropColumn,
	dropSchema,
	truncate,
	deleteWithoutWhere,
	updateWithoutWhere,
	cascade,
	// what the running release still names
	renameTable,
	renameColumn,
	lostRename,
	// what a column must hold
	notNullWithoutDefault,
	placeholderDefault,
	setNotNull,
	// what takes long, or holds others up
	typeRewrite,
	volatileDefault,
	indexNotConcurrent,
	dropIndexNotConcurrent,
	foreignKeyNotValid,
	checkNotValid,
	uniqueBuildsIndex,
	validateInSameTransaction,
	largeDataChange,
	exclusiveLockWindow,
	// what is worth knowing
	missingForeignKeyIndex,
	invalidIndexPresent,
];
