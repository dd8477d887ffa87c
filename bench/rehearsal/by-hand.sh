#!/bin/sh
# A rehearsal by hand: a throw-away server, the schema and the history of production, and the script twice.
# by-hand.sh SCRIPT PLACE, with libpq's PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD for production.
set -eu
script=$1 place=$2
scratch="psql -X -q -v ON_ERROR_STOP=1 -h $place -p 5432 -U postgres -d postgres"

initdb --pgdata="$place/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync > "$place/log"
settings="-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses= -c port=5432 -c unix_socket_directories=$place"
pg_ctl --pgdata="$place/data" --log="$place/log" --wait -o "$settings" start >> "$place/log"
trap 'pg_ctl --pgdata="$place/data" --mode=immediate stop >> "$place/log"' EXIT

pg_dump --schema-only --no-owner --no-privileges | $scratch > "$place/log"
pg_dump --data-only --table='"__EFMigrationsHistory"' | $scratch > "$place/log"
$scratch -f "$script" > "$place/log"
$scratch -f "$script" > "$place/log"
