-- The directory migration: plans with what every account becomes (which is also the record of what was before and after),
-- runs of them, and what is switched for them.

-- Whether the sync of a directory that the intranet followed before is off, and whether the local password policy holds for
-- the accounts of a directory (M-16).
ALTER TABLE directories ADD COLUMN sync_off_at TEXT;
ALTER TABLE directories ADD COLUMN password_policy INTEGER NOT NULL DEFAULT 1;

CREATE TABLE migration_plans (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    -- 1, 2, 3, …
    number INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    -- Of an undo: the run it takes back, and the only account it is about.
    undoes INTEGER,
    only_account BLOB,
    state TEXT NOT NULL,
    -- The approved version, and the SHA-256 of its file (M-10).
    mapping_version INTEGER NOT NULL,
    mapping_hash TEXT NOT NULL,
    directory_id BLOB NOT NULL,
    -- What it was made for (P-17).
    people_number INTEGER NOT NULL,
    snapshot_number INTEGER NOT NULL,
    -- SHA-256 over its entries; empty before it is ready.
    hash TEXT NOT NULL,
    counts TEXT NOT NULL,
    options TEXT NOT NULL,
    -- What the rehearsal came to, when, and what it was made for, as JSON; NULL before.
    rehearsal TEXT,
    -- What somebody confirmed about the backup, as JSON; NULL before.
    backup TEXT,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, number),
    FOREIGN KEY (customer_id, mapping_version) REFERENCES mapping_versions (customer_id, number),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX migration_plans_by_version ON migration_plans (customer_id, mapping_version);
CREATE INDEX migration_plans_by_directory ON migration_plans (customer_id, directory_id);

-- What a plan says of each account. Never changed once the plan is ready: its hash is over these.
CREATE TABLE migration_entries (
    customer_id BLOB NOT NULL,
    plan INTEGER NOT NULL,
    account_id BLOB NOT NULL,
    account_version INTEGER NOT NULL,
    line INTEGER,
    kind TEXT NOT NULL,
    held TEXT,
    username_before TEXT NOT NULL,
    key_before TEXT NOT NULL,
    directory_before BLOB,
    link_before TEXT,
    username_after TEXT NOT NULL,
    key_after TEXT NOT NULL,
    directory_after BLOB,
    link_after TEXT,
    -- Another person is linked afterwards, or nobody.
    relinks INTEGER NOT NULL,
    steps_aside INTEGER NOT NULL,
    frees INTEGER NOT NULL,
    -- Of the account afterwards.
    search_key TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    PRIMARY KEY (customer_id, plan, account_id),
    FOREIGN KEY (customer_id, plan) REFERENCES migration_plans (customer_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX migration_entries_by_kind ON migration_entries (customer_id, plan, kind, account_id);
CREATE INDEX migration_entries_by_name ON migration_entries (customer_id, plan, key_after);
CREATE INDEX migration_entries_by_link ON migration_entries (customer_id, plan, link_after);
CREATE INDEX migration_entries_aside ON migration_entries (customer_id, plan, account_id) WHERE steps_aside;

-- What would become of everybody at the first sync after a plan.
CREATE TABLE migration_rehearsed (
    customer_id BLOB NOT NULL,
    plan INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    seq INTEGER NOT NULL,
    -- Whom a waiver names: the account, else the person.
    subject TEXT NOT NULL,
    account_id BLOB,
    object_id TEXT,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    search_key TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (customer_id, plan, outcome, seq),
    FOREIGN KEY (customer_id, plan) REFERENCES migration_plans (customer_id, number)
) STRICT, WITHOUT ROWID;

-- People for whom a bad outcome is accepted, each by name.
CREATE TABLE migration_waivers (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    outcome TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    waived_by TEXT NOT NULL,
    waived_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, outcome, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE migration_runs (
    customer_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    plan INTEGER NOT NULL,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    started_by TEXT NOT NULL,
    started_at TEXT NOT NULL,
    -- Begins then, and has passed the point of no return before the end, or does not pass it.
    window_from TEXT NOT NULL,
    window_until TEXT NOT NULL,
    -- Who of the customer agreed to the window, and how.
    agreement TEXT NOT NULL,
    -- When access was paused, when it was committed, when it ended.
    frozen_at TEXT,
    committed_at TEXT,
    finished_at TEXT,
    -- Why it was refused or went wrong, or what the verification found.
    problem TEXT,
    -- Directories whose sync it switched off, and the password policy before, as JSON.
    switched TEXT,
    PRIMARY KEY (customer_id, number),
    FOREIGN KEY (customer_id, plan) REFERENCES migration_plans (customer_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX migration_runs_by_plan ON migration_runs (customer_id, plan);
-- One at a time (M-09).
CREATE UNIQUE INDEX migration_runs_one_open ON migration_runs (customer_id)
    WHERE state IN ('scheduled', 'freezing', 'running', 'verifying');

-- Whose account somebody of the directory probably has.
CREATE INDEX mapping_proposals_by_person ON mapping_proposals (customer_id, person);

-- The intranet lets in nobody but active local administrators (M-07).
CREATE TABLE access_pauses (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    PRIMARY KEY (customer_id)
) STRICT, WITHOUT ROWID;

-- Usernames that nobody has any more, kept from newcomers for a while (A-02).
CREATE TABLE reserved_usernames (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    username_key TEXT NOT NULL,
    -- Whose it was.
    account_id BLOB NOT NULL,
    plan INTEGER NOT NULL,
    until TEXT NOT NULL,
    PRIMARY KEY (customer_id, username_key)
) STRICT, WITHOUT ROWID;
