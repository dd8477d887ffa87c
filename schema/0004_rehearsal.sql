-- What the script did to a throw-away copy of the target when it was reviewed last.

alter table request add column rehearsal jsonb;
