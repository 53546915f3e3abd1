-- Whom an entry links its account to, by their row of the directory's snapshot, where the mapping's line says it: the look-up by
-- person is filled without a search for each link.
ALTER TABLE migration_entries ADD COLUMN person INTEGER;
