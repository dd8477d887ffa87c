-- What verification compares with: the rights of the application's roles, constraints that are not validated, sequences
-- behind their columns, right before apply. Null where a run began before Lockstep looked.

alter table run add column survey_before jsonb;
