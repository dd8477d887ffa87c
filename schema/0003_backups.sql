-- Backups are kept, held, verified and deleted; a program may take them, and requests of one target may share one.

alter table backup
  drop constraint backup_bytes_check,
  -- `program`: what a configured program took, such as a snapshot; its path is the id that the program gave it.
  add column kind text not null default 'dump' check (kind in ('dump', 'program')),
  -- A person keeps it until it is released.
  add column held_by text,
  add column held_reason text,
  add column held_at timestamptz,
  -- When it was last read back in full and was as it was written; its taking counts.
  add column verified_at timestamptz,
  -- What was wrong with it when it was last read back.
  add column trouble text,
  -- When it was first found past keeping.
  add column past_since timestamptz,
  add column look_again_at timestamptz,
  -- Decided; gone_at: and done.
  add column deleted_at timestamptz,
  add column gone_at timestamptz,
  -- Rows written to the target by then, as its statistics count them.
  add column rows_written bigint,
  add check ((held_by is null) = (held_reason is null) and (held_by is null) = (held_at is null)),
  add check (gone_at is null or deleted_at is not null),
  add check (bytes > 0 or kind = 'program');
update backup set verified_at = finished_at;
alter table backup alter column verified_at set not null;
create index backup_there on backup (keep_until) where gone_at is null;

-- A run that went with an earlier request's backup.
create table backup_use (
  backup integer not null references backup,
  request integer not null references request,
  run integer not null references run,
  at timestamptz not null default now(),
  primary key (backup, run)
);
create index on backup_use (request);
