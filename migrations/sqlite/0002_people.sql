-- The People directory of each customer. Every key leads with customer_id: tenant isolation, locality, and the
-- distribution key of those who outgrow one database.

CREATE TABLE directories (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    id BLOB NOT NULL,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The provider's own immutable id of the tenant or org, learnt at the first read (C-22).
    tenant_id TEXT,
    -- Where the next incremental read goes on, the attributes it was made for, and the last full read (G-12, G-15).
    changes_cursor TEXT,
    changes_attributes TEXT,
    full_read_at TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    id BLOB NOT NULL,
    -- Stored form and comparison key (domain 2.0): only the key is unique.
    username TEXT NOT NULL,
    username_key TEXT NOT NULL,
    -- NULL: a local account, owned by nobody but itself.
    directory_id BLOB,
    state TEXT NOT NULL,
    -- Who blocked it and why; both NULL unless blocked (L-06).
    blocked_by TEXT,
    block_reason TEXT,
    is_administrator INTEGER NOT NULL,
    profile TEXT NOT NULL,
    manager_id BLOB,
    -- Name and addresses folded, for search; and folded surname first, for order.
    search_key TEXT NOT NULL,
    sort_key TEXT NOT NULL,
    -- Raised by every change; a plan names the version it was made for.
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_sign_in_at TEXT,
    PRIMARY KEY (customer_id, id),
    UNIQUE (customer_id, username_key),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id),
    CHECK ((state = 'blocked') = (blocked_by IS NOT NULL AND block_reason IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_by_directory ON accounts (customer_id, directory_id, state);
CREATE INDEX accounts_by_name ON accounts (customer_id, sort_key, id);

CREATE TABLE people_groups (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, id),
    UNIQUE (customer_id, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE memberships (
    customer_id BLOB NOT NULL,
    group_id BLOB NOT NULL,
    account_id BLOB NOT NULL,
    -- Whether the sync put the account here. Only such members does it take out of an additive group.
    by_sync INTEGER NOT NULL,
    PRIMARY KEY (customer_id, group_id, account_id),
    FOREIGN KEY (customer_id, group_id) REFERENCES people_groups (customer_id, id),
    FOREIGN KEY (customer_id, account_id) REFERENCES accounts (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_by_account ON memberships (customer_id, account_id);
