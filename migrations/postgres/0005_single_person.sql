-- The run of one person (H-01) keeps whose it is: the provider's object id. NULL for a run of the whole directory.
ALTER TABLE sync_runs ADD COLUMN object_id TEXT;
