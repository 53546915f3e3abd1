-- Whom an entry links its account to, by their row of the directory's snapshot, where the mapping's line says it: the look-up by
-- person is filled without a search for each link.
ALTER TABLE migration_entries ADD COLUMN person BIGINT;

-- PostgreSQL asks for a parent with a query of its own for every row, which took as long as writing the row. Plans
-- are never deleted, and only the job that makes or rehearses one writes these; migration_lookups has no such key either.
-- SQLite keeps its keys: they cost it little, and cannot be dropped.
ALTER TABLE migration_entries DROP CONSTRAINT migration_entries_customer_id_plan_fkey;
ALTER TABLE migration_rehearsed DROP CONSTRAINT migration_rehearsed_customer_id_plan_fkey;
