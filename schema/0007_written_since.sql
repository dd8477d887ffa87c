-- Rows that a restore of the backup which requests of the target share would lose, as of the last review.

alter table request add column written_since jsonb;
