/**
 * Whether a function gives the same value to every row of one statement. PostgreSQL documentation, "Function Volatility
 * Categories". `unknown` is any function that is not PostgreSQL's own, or not listed here: the catalogue alone knows.
 */
export type Volatility = 'volatile' | 'steady' | 'unknown';

/** Volatile in PostgreSQL's own catalogue (pg_proc.provolatile) or in uuid-ossp and pgcrypto. */
export const volatileFunctions = names(`
	clock_timestamp timeofday random random_normal setseed nextval setval currval lastval gen_random_uuid uuidv4
	uuidv7 uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 gen_random_bytes gen_salt pg_sleep
`);

/** Stable or immutable there. */
export const steadyFunctions = names(`
	now transaction_timestamp statement_timestamp timezone date_trunc date_part extract age to_timestamp to_date
	to_char to_number make_date make_time make_timestamp make_interval make_timestamptz justify_days justify_hours
	justify_interval date isfinite lower upper initcap trim btrim ltrim rtrim concat concat_ws format replace substr
	substring left right repeat reverse length char_length lpad rpad md5 sha224 sha256 sha384 sha512 encode decode
	convert_to convert_from chr ascii abs ceil ceiling floor round trunc power sqrt mod sign pi current_setting
	current_database current_schema current_user session_user version row jsonb_build_object jsonb_build_array
	json_build_object json_build_array to_json to_jsonb array_fill string_to_array array_append array_cat int4range
	int8range numrange tsrange tstzrange daterange to_tsvector uuid_nil uuid_generate_v3 uuid_generate_v5
	txid_current pg_current_xact_id pg_backend_pid inet_client_addr inet_server_addr
`);

/** @param call as in ScriptStatement.calls: `now`, `pg_catalog.now`, `public.uuid_generate_v4` */
export function volatilityOf(call: string): Volatility {
	const dot = call.lastIndexOf('.');
	const name = call.slice(dot + 1);
	if (volatileFunctions.has(name)) return 'volatile';
	// Somebody's own function may have the name of one of PostgreSQL's.
	const isOwn = dot !== -1 && call.slice(0, dot) !== 'pg_catalog';
	return !isOwn && steadyFunctions.has(name) ? 'steady' : 'unknown';
}

/** The calls that are not known to be steady, worst first, with what is known of the worst. */
export function worstVolatility(calls: readonly string[]): {readonly call: string; readonly sure: boolean} | null {
	const sure = calls.find((call) => volatilityOf(call) === 'volatile');
	if (sure !== undefined) return {call: sure, sure: true};
	const unsure = calls.find((call) => volatilityOf(call) === 'unknown');
	return unsure === undefined ? null : {call: unsure, sure: false};
}

function names(text: string): ReadonlySet<string> {
	return new Set(text.trim().split(/\s+/u));
}
