-- What a rehearsal stands on and leads to, and how the target stood right before apply: what verification compares with.
-- Long, so they stand in tables of their own, which no reading of a request brings along.

create table rehearsal_ground (
  request integer primary key references request,
  ground jsonb not null
);
create table run_ground (
  run integer primary key references run,
  ground jsonb not null
);

-- The backup restored, and the script run on the real rows.
alter table run add column drill jsonb;
