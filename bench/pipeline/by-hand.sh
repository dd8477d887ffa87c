#!/bin/sh
# The runbook's steps by hand: back up, look at the backup, apply, look at the tables and the history.
# by-hand.sh SCRIPT DUMP OWNER, with libpq's PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD.
set -eu
script=$1 dump=$2 owner=$3

pg_dump --format=custom --file "$dump"
test -s "$dump"
pg_restore --list "$dump" > "$dump.list"

PGOPTIONS="-c role=$owner" psql -X -v ON_ERROR_STOP=1 -f "$script"
psql -X -c '\dt'
psql -X -c 'SELECT * FROM "__EFMigrationsHistory" ORDER BY "MigrationId" DESC LIMIT 10'
