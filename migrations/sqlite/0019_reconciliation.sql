-- What a migration leaves as it is, to be compared afterwards: the state of an account, and the ids of its groups, in one text.
-- NULL: the plan is older than this.
ALTER TABLE migration_entries ADD COLUMN state TEXT;
ALTER TABLE migration_entries ADD COLUMN group_ids TEXT;
