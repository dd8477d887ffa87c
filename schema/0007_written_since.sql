-- Rows that a restore of the backup which requests of the target share would lose, as of the last review.

alter table request add column written_since jsonb;

-- Found bad by a drill. Its bytes may still be those that were written: reading them again does not make it good.
alter table backup add column condemned boolean not null default false;
