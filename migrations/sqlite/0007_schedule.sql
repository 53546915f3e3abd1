-- When a customer's sync runs by itself. The table of cron lines that was planned first was never used.
DROP TABLE schedules;

CREATE TABLE sync_schedules (
    customer_id BLOB NOT NULL,
    directory_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    -- How often, and in which time zone.
    schedule TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    enabled_at TEXT,
    -- NULL while it is off, or when it never comes.
    next_run_at TEXT,
    -- The time that was due and passed over, while another run was open for instance (H-02), until a run starts again.
    skipped_at TEXT,
    saved_by TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, directory_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sync_schedules_due ON sync_schedules (next_run_at) WHERE next_run_at IS NOT NULL;
