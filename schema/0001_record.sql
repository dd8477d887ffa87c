-- Lockstep's record. The word "migration" is kept for people's migrations; this is plain numbered SQL.

create table script (
  sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bytea not null,
  created_at timestamptz not null default now()
);

create table request (
  number integer generated always as identity primary key,
  revision integer not null default 1,
  target text not null,
  pool text not null,
  channel text not null,
  app text not null,
  version text not null,
  summary text not null,
  script_sha256 text not null references script,
  script_name text not null,
  submission_key text not null unique,
  requester text not null,
  author text not null,
  last_editor text not null,
  start_rule jsonb not null,
  start_due_at timestamptz,
  state text not null,
  review jsonb,
  review_digest text,
  review_worker text,
  review_lease_until timestamptz,
  target_identity jsonb,
  hold_reason text,
  hold_until timestamptz,
  reason text,
  approved_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null default now()
);
create index request_open on request (target, number) where state not in ('verified', 'withdrawn', 'rejected', 'closed');
create index request_gate on request (app, version);

create table answer (
  id bigint generated always as identity primary key,
  request integer not null references request,
  item text not null,
  verdict text not null check (verdict in ('yes', 'not-applicable', 'no')),
  reason text,
  person text not null,
  review_digest text not null,
  at timestamptz not null default now()
);
create index on answer (request);

create table approval (
  id bigint generated always as identity primary key,
  request integer not null references request,
  person text not null,
  review_digest text not null,
  confirmed_items text[] not null,
  at timestamptz not null,
  voided_because text
);
-- A person approves a review once, however often the click is delivered.
create unique index approval_once on approval (request, person, review_digest) where voided_because is null;

create table waiver (
  id bigint generated always as identity primary key,
  request integer not null references request,
  rule text not null,
  person text not null,
  reason text not null,
  review_digest text not null,
  at timestamptz not null default now()
);
create unique index waiver_once on waiver (request, rule, review_digest);

create table run (
  id integer generated always as identity primary key,
  request integer not null references request,
  target text not null,
  epoch integer not null default 1,
  worker text not null,
  lease_until timestamptz not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  outcome text check (outcome in ('verified', 'failed', 'held', 'moved')),
  cancel_asked_by text,
  applied_before text[],
  catalog_before jsonb,
  invalid_before text[],
  report jsonb,
  check ((finished_at is null) = (outcome is null))
);
create index on run (request);
-- One active run per target, whatever the workers believe.
create unique index run_active on run (target) where finished_at is null;

create table step (
  run integer not null references run,
  epoch integer not null,
  name text not null,
  state text not null check (state in ('running', 'done', 'failed', 'dropped')),
  started_at timestamptz not null,
  finished_at timestamptz,
  note text,
  primary key (run, epoch, name)
);

create table backup (
  id integer generated always as identity primary key,
  run integer not null references run,
  request integer not null references request,
  file_name text not null,
  path text not null,
  bytes bigint not null check (bytes > 0),
  sha256 text not null,
  restore_command text not null,
  finished_at timestamptz not null,
  keep_until timestamptz not null
);
create index on backup (request);

create table escalation (
  id integer generated always as identity primary key,
  request integer not null references request,
  run integer references run,
  sentence text not null,
  opened_at timestamptz not null,
  pings integer not null default 0,
  next_ping_at timestamptz,
  acknowledged_by text,
  acknowledged_at timestamptz
);
create index escalation_waiting on escalation (next_ping_at) where acknowledged_by is null;
create index on escalation (request);

create table message (
  id bigint generated always as identity primary key,
  request integer not null references request,
  kind text not null,
  channel text not null,
  payload jsonb not null default '{}',
  ts text,
  rendered_revision integer,
  -- Set before a post is tried and cleared by its answer: left standing, the post's fate is unknown.
  posting_since timestamptz,
  next_try_at timestamptz not null default now(),
  tries integer not null default 0,
  created_at timestamptz not null default now()
);
create unique index message_live on message (request) where kind = 'request';
create index message_unsent on message (request) where ts is null;
create index on message (request);

-- Edits of the last minute: one budget for the workspace, whatever process makes them.
create table edit (
  message bigint not null,
  at timestamptz not null default clock_timestamp()
);
create index on edit (at);

create table audit_event (
  request integer not null references request,
  sequence integer not null,
  kind text not null,
  actor text not null,
  at timestamptz not null,
  detail jsonb not null,
  hash text not null,
  primary key (request, sequence)
);

-- The audit is only ever added to.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit events are never changed or removed';
end $$;
create trigger audit_event_append_only before update or delete or truncate on audit_event
  for each statement execute function refuse_audit_change();
