-- Providers, what was read from them, who is linked to whom, runs with their changes, and jobs.

CREATE TABLE provider_configs (
    customer_id BLOB NOT NULL,
    directory_id BLOB NOT NULL,
    -- What was entered, without secrets.
    config TEXT NOT NULL,
    version INTEGER NOT NULL,
    saved_by TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, directory_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE provider_secrets (
    customer_id BLOB NOT NULL,
    directory_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    -- XChaCha20-Poly1305 under the key `key_id`; the row's identity is the associated data.
    key_id TEXT NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    ends_in TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    expires_at TEXT,
    PRIMARY KEY (customer_id, directory_id, kind),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE connection_reports (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    id BLOB NOT NULL,
    -- The version of the configuration that was tested; NULL for values that were never saved.
    config_version INTEGER,
    passed INTEGER NOT NULL,
    report TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX connection_reports_by_time ON connection_reports (customer_id, at);

CREATE TABLE sync_settings (
    customer_id BLOB NOT NULL,
    directory_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    settings TEXT NOT NULL,
    -- The version under which a writing run was last accepted (S-03, S-06).
    accepted_version INTEGER,
    saved_by TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, directory_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot_users (
    customer_id BLOB NOT NULL,
    directory_id BLOB NOT NULL,
    -- Small and dense within a directory: what a read has seen is a bitmap of these.
    row_no INTEGER NOT NULL,
    object_id TEXT NOT NULL,
    principal_name TEXT NOT NULL,
    -- Out of the attribute the data mapping names; NULL when that is empty.
    username TEXT,
    username_key TEXT,
    mail TEXT,
    display_name TEXT,
    status TEXT NOT NULL,
    guest INTEGER NOT NULL,
    manager TEXT,
    attributes TEXT NOT NULL,
    -- SHA-256 of everything above: an unchanged person is not written again.
    hash BLOB NOT NULL,
    -- False when the last complete read did not contain them.
    present INTEGER NOT NULL,
    in_scope INTEGER NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, directory_id, row_no),
    UNIQUE (customer_id, directory_id, object_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX snapshot_users_by_username ON snapshot_users (customer_id, directory_id, username_key);

CREATE TABLE snapshot_groups (
    customer_id BLOB NOT NULL,
    directory_id BLOB NOT NULL,
    object_id TEXT NOT NULL,
    name TEXT NOT NULL,
    mail TEXT,
    kind TEXT NOT NULL,
    hidden_membership INTEGER NOT NULL,
    -- When its members were last read completely, and how many of them were not people (U-06).
    members_read_at TEXT,
    other_members INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, directory_id, object_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot_members (
    customer_id BLOB NOT NULL,
    directory_id BLOB NOT NULL,
    group_object_id TEXT NOT NULL,
    -- Kept by object id, so that a member who is not read yet counts as soon as they are (G-19, U-17).
    member_object_id TEXT NOT NULL,
    PRIMARY KEY (customer_id, directory_id, group_object_id, member_object_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX snapshot_members_by_member ON snapshot_members (customer_id, directory_id, member_object_id);

CREATE TABLE identity_links (
    customer_id BLOB NOT NULL,
    directory_id BLOB NOT NULL,
    object_id TEXT NOT NULL,
    account_id BLOB NOT NULL,
    linked_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, directory_id, object_id),
    UNIQUE (customer_id, account_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id),
    FOREIGN KEY (customer_id, account_id) REFERENCES accounts (customer_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_runs (
    customer_id BLOB NOT NULL,
    id BLOB NOT NULL,
    number INTEGER NOT NULL,
    directory_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    phase TEXT NOT NULL,
    settings_version INTEGER NOT NULL,
    started_by TEXT NOT NULL,
    -- Who accepted the list of a held run; NULL unless somebody did (S-05).
    accepted_by TEXT,
    cancel_requested INTEGER NOT NULL,
    counts TEXT NOT NULL,
    hold TEXT NOT NULL,
    -- What stopped it, as advice; NULL unless it failed.
    problem TEXT,
    -- What went wrong without stopping it: groups that could not be read (G-05), people whose fields did not fit.
    warnings TEXT NOT NULL,
    queued_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT,
    PRIMARY KEY (customer_id, id),
    UNIQUE (customer_id, number),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;
-- One run at a time for each customer (H-02). A held run counts: it waits for a person, and so does everything else.
CREATE UNIQUE INDEX sync_runs_one_open ON sync_runs (customer_id) WHERE state IN ('queued', 'running', 'held');

-- What a read has seen so far: one row a page, with the cursor to go on with. Gone when the read is complete.
CREATE TABLE sync_pages (
    customer_id BLOB NOT NULL,
    run_id BLOB NOT NULL,
    collection TEXT NOT NULL,
    page INTEGER NOT NULL,
    -- Row numbers seen on this page, four bytes each, little endian.
    seen BLOB NOT NULL,
    next_cursor TEXT,
    PRIMARY KEY (customer_id, run_id, collection, page),
    FOREIGN KEY (customer_id, run_id) REFERENCES sync_runs (customer_id, id)
) STRICT, WITHOUT ROWID;

-- Members of a group as far as they are read; moved to snapshot_members in one step when the group is complete (G-05).
CREATE TABLE sync_member_pages (
    customer_id BLOB NOT NULL,
    run_id BLOB NOT NULL,
    group_object_id TEXT NOT NULL,
    member_object_id TEXT NOT NULL,
    PRIMARY KEY (customer_id, run_id, group_object_id, member_object_id),
    FOREIGN KEY (customer_id, run_id) REFERENCES sync_runs (customer_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_changes (
    customer_id BLOB NOT NULL,
    run_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    -- Changes whose names depend on each other share one, and are applied in one transaction (X-06 to X-08).
    component INTEGER,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    object_id TEXT,
    account_id BLOB,
    account_version INTEGER,
    group_id BLOB,
    -- The new manager, when `fields` says that the manager changes; NULL then means nobody (3.9).
    manager_id BLOB,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    search_key TEXT NOT NULL,
    reason TEXT NOT NULL,
    fields TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (customer_id, run_id, seq),
    FOREIGN KEY (customer_id, run_id) REFERENCES sync_runs (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sync_changes_by_kind ON sync_changes (customer_id, run_id, kind, seq);
CREATE INDEX sync_changes_by_object ON sync_changes (customer_id, run_id, object_id);
CREATE INDEX sync_changes_by_account ON sync_changes (customer_id, account_id, run_id);

CREATE TABLE jobs (
    id BLOB NOT NULL PRIMARY KEY,
    customer_id BLOB REFERENCES customers (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    lease_owner TEXT,
    lease_expires_at TEXT,
    -- Raised by each claim: a worker that lost its lease cannot write any more.
    fence INTEGER NOT NULL,
    error TEXT,
    dedupe_key TEXT UNIQUE,
    created_at TEXT NOT NULL,
    finished_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_due ON jobs (run_at) WHERE state IN ('ready', 'running');
CREATE INDEX jobs_by_customer ON jobs (customer_id);

CREATE TABLE schedules (
    id BLOB NOT NULL PRIMARY KEY,
    customer_id BLOB REFERENCES customers (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    cron TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    next_run_at TEXT NOT NULL,
    UNIQUE (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedules_by_customer ON schedules (customer_id);
CREATE INDEX schedules_due ON schedules (next_run_at);
