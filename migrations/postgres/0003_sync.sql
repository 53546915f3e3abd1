-- Providers, what was read from them, who is linked to whom, runs with their changes, and jobs.

CREATE TABLE provider_configs (
    customer_id UUID NOT NULL,
    directory_id UUID NOT NULL,
    -- What was entered, without secrets.
    config JSONB NOT NULL,
    version BIGINT NOT NULL,
    saved_by TEXT NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (customer_id, directory_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
);

CREATE TABLE provider_secrets (
    customer_id UUID NOT NULL,
    directory_id UUID NOT NULL,
    kind TEXT NOT NULL,
    -- XChaCha20-Poly1305 under the key `key_id`; the row's identity is the associated data.
    key_id TEXT NOT NULL,
    nonce BYTEA NOT NULL,
    ciphertext BYTEA NOT NULL,
    ends_in TEXT NOT NULL,
    entered_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    PRIMARY KEY (customer_id, directory_id, kind),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
);

CREATE TABLE connection_reports (
    customer_id UUID NOT NULL REFERENCES customers (id),
    id UUID NOT NULL,
    -- The version of the configuration that was tested; NULL for values that were never saved.
    config_version BIGINT,
    passed BOOLEAN NOT NULL,
    report JSONB NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (customer_id, id)
);
CREATE INDEX connection_reports_by_time ON connection_reports (customer_id, at);

CREATE TABLE sync_settings (
    customer_id UUID NOT NULL,
    directory_id UUID NOT NULL,
    version BIGINT NOT NULL,
    settings JSONB NOT NULL,
    -- The version under which a writing run was last accepted (S-03, S-06).
    accepted_version BIGINT,
    saved_by TEXT NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (customer_id, directory_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
);

CREATE TABLE snapshot_users (
    customer_id UUID NOT NULL,
    directory_id UUID NOT NULL,
    -- Small and dense within a directory: what a read has seen is a bitmap of these.
    row_no BIGINT NOT NULL,
    object_id TEXT COLLATE "C" NOT NULL,
    principal_name TEXT NOT NULL,
    -- Out of the attribute the data mapping names; NULL when that is empty.
    username TEXT,
    username_key TEXT COLLATE "C",
    mail TEXT,
    display_name TEXT,
    status TEXT NOT NULL,
    guest BOOLEAN NOT NULL,
    manager TEXT,
    attributes JSONB NOT NULL,
    -- SHA-256 of everything above: an unchanged person is not written again.
    hash BYTEA NOT NULL,
    -- False when the last complete read did not contain them.
    present BOOLEAN NOT NULL,
    in_scope BOOLEAN NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (customer_id, directory_id, row_no),
    UNIQUE (customer_id, directory_id, object_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
);
CREATE INDEX snapshot_users_by_username ON snapshot_users (customer_id, directory_id, username_key);

CREATE TABLE snapshot_groups (
    customer_id UUID NOT NULL,
    directory_id UUID NOT NULL,
    object_id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    mail TEXT,
    kind TEXT NOT NULL,
    hidden_membership BOOLEAN NOT NULL,
    -- When its members were last read completely, and how many of them were not people (U-06).
    members_read_at TIMESTAMPTZ,
    other_members BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (customer_id, directory_id, object_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
);

CREATE TABLE snapshot_members (
    customer_id UUID NOT NULL,
    directory_id UUID NOT NULL,
    group_object_id TEXT COLLATE "C" NOT NULL,
    -- Kept by object id, so that a member who is not read yet counts as soon as they are (G-19, U-17).
    member_object_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id, directory_id, group_object_id, member_object_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
);
CREATE INDEX snapshot_members_by_member ON snapshot_members (customer_id, directory_id, member_object_id);

CREATE TABLE identity_links (
    customer_id UUID NOT NULL,
    directory_id UUID NOT NULL,
    object_id TEXT COLLATE "C" NOT NULL,
    account_id UUID NOT NULL,
    linked_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (customer_id, directory_id, object_id),
    UNIQUE (customer_id, account_id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id),
    FOREIGN KEY (customer_id, account_id) REFERENCES accounts (customer_id, id)
);

CREATE TABLE sync_runs (
    customer_id UUID NOT NULL,
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    directory_id UUID NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    phase TEXT NOT NULL,
    settings_version BIGINT NOT NULL,
    started_by TEXT NOT NULL,
    -- Who accepted the list of a held run; NULL unless somebody did (S-05).
    accepted_by TEXT,
    cancel_requested BOOLEAN NOT NULL,
    counts JSONB NOT NULL,
    hold JSONB NOT NULL,
    -- What stopped it, as advice; NULL unless it failed.
    problem JSONB,
    -- What went wrong without stopping it: groups that could not be read (G-05), people whose fields did not fit.
    warnings JSONB NOT NULL,
    queued_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    PRIMARY KEY (customer_id, id),
    UNIQUE (customer_id, number),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
);
-- One run at a time for each customer (H-02). A held run counts: it waits for a person, and so does everything else.
CREATE UNIQUE INDEX sync_runs_one_open ON sync_runs (customer_id) WHERE state IN ('queued', 'running', 'held');

-- What a read has seen so far: one row a page, with the cursor to go on with. Gone when the read is complete.
CREATE TABLE sync_pages (
    customer_id UUID NOT NULL,
    run_id UUID NOT NULL,
    collection TEXT NOT NULL,
    page BIGINT NOT NULL,
    -- Row numbers seen on this page, four bytes each, little endian.
    seen BYTEA NOT NULL,
    next_cursor TEXT,
    PRIMARY KEY (customer_id, run_id, collection, page),
    FOREIGN KEY (customer_id, run_id) REFERENCES sync_runs (customer_id, id)
);

-- Members of a group as far as they are read; moved to snapshot_members in one step when the group is complete (G-05).
CREATE TABLE sync_member_pages (
    customer_id UUID NOT NULL,
    run_id UUID NOT NULL,
    group_object_id TEXT COLLATE "C" NOT NULL,
    member_object_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (customer_id, run_id, group_object_id, member_object_id),
    FOREIGN KEY (customer_id, run_id) REFERENCES sync_runs (customer_id, id)
);

CREATE TABLE sync_changes (
    customer_id UUID NOT NULL,
    run_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    -- Changes whose names depend on each other share one, and are applied in one transaction (X-06 to X-08).
    component BIGINT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    object_id TEXT COLLATE "C",
    account_id UUID,
    account_version BIGINT,
    group_id UUID,
    -- The new manager, when `fields` says that the manager changes; NULL then means nobody (3.9).
    manager_id UUID,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    search_key TEXT NOT NULL,
    reason JSONB NOT NULL,
    fields JSONB NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (customer_id, run_id, seq),
    FOREIGN KEY (customer_id, run_id) REFERENCES sync_runs (customer_id, id)
);
CREATE INDEX sync_changes_by_kind ON sync_changes (customer_id, run_id, kind, seq);
CREATE INDEX sync_changes_by_object ON sync_changes (customer_id, run_id, object_id);
CREATE INDEX sync_changes_by_account ON sync_changes (customer_id, account_id, run_id);

CREATE TABLE jobs (
    id UUID NOT NULL PRIMARY KEY,
    customer_id UUID REFERENCES customers (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at TIMESTAMPTZ NOT NULL,
    attempt BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    lease_owner TEXT,
    lease_expires_at TIMESTAMPTZ,
    -- Raised by each claim: a worker that lost its lease cannot write any more.
    fence BIGINT NOT NULL,
    error TEXT,
    dedupe_key TEXT UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE state IN ('ready', 'running');
CREATE INDEX jobs_by_customer ON jobs (customer_id);

CREATE TABLE schedules (
    id UUID NOT NULL PRIMARY KEY,
    customer_id UUID REFERENCES customers (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    cron TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    next_run_at TIMESTAMPTZ NOT NULL,
    UNIQUE (kind, subject)
);
CREATE INDEX schedules_by_customer ON schedules (customer_id);
CREATE INDEX schedules_due ON schedules (next_run_at);
