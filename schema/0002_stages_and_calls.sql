-- Stages, superseded versions, calls for an approver.

alter table request
  -- As the script's guards write it; empty for requests older than this column.
  add column history_table text not null default '',
  -- The request of the stage before: this one waits until that one is verified.
  add column follows integer references request,
  -- When the review that stands was finished.
  add column reviewed_at timestamptz,
  -- When the approvers are reminded next; null while nobody is.
  add column remind_at timestamptz;
create index on request (follows) where follows is not null;
create index request_remind on request (remind_at) where remind_at is not null and state = 'in-review';
create index request_same on request (target, app, history_table);
create index request_script on request (target, script_sha256);
-- Requests that a run on their target has overtaken are looked for all the time.
create index run_verified on run (target, finished_at) where outcome = 'verified';

-- What was said of an item when it was answered: an answer is kept for new bytes that say the same.
alter table answer add column evidence text not null default '';

-- A script that another one took the place of, with the version it was for.
create table replaced_script (
  id bigint generated always as identity primary key,
  request integer not null references request,
  version text not null,
  summary text not null,
  script_sha256 text not null references script,
  script_name text not null,
  -- Somebody had approved it.
  approved boolean not null,
  person text not null,
  at timestamptz not null
);
create index on replaced_script (request);

-- A ping of those who could approve: asked for by a person, or a reminder of Lockstep's own.
create table approver_call (
  id bigint generated always as identity primary key,
  request integer not null references request,
  review_digest text not null,
  kind text not null check (kind in ('asked', 'reminder')),
  person text,
  called text[] not null,
  at timestamptz not null
);
create index on approver_call (request);
