-- Freed usernames stand in the entries of the plan that freed them, so nothing is written for them while people are locked out:
-- the run says until when they are kept from newcomers.
ALTER TABLE migration_runs ADD COLUMN reserved_until TEXT;
UPDATE migration_runs SET reserved_until = (SELECT MAX(r.until) FROM reserved_usernames r
    WHERE r.customer_id = migration_runs.customer_id AND r.plan = migration_runs.plan);
DROP TABLE reserved_usernames;
CREATE INDEX migration_entries_freed ON migration_entries (customer_id, plan, key_before) WHERE frees;

-- Those that staff gave free before.
CREATE TABLE released_usernames (
    customer_id BLOB NOT NULL,
    plan INTEGER NOT NULL,
    username_key TEXT NOT NULL,
    PRIMARY KEY (customer_id, plan, username_key),
    FOREIGN KEY (customer_id, plan) REFERENCES migration_plans (customer_id, number)
) STRICT, WITHOUT ROWID;
