-- A deployment: what both sides put on record, say to each other, and agree on. Where it stands is not stored: it follows.

CREATE TABLE statements (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    -- Ids are ordered by time: the latest of a step counts, all are kept.
    id BLOB NOT NULL,
    step TEXT NOT NULL,
    said TEXT NOT NULL,
    -- The day the work was done, as its side calls it; and how one can see that it was.
    happened_on TEXT NOT NULL,
    evidence TEXT NOT NULL,
    -- The account of "this administrator has signed in".
    account_id BLOB,
    -- The directory that was connected then; NULL before there was one.
    directory_id BLOB,
    stated_by BLOB,
    stated_by_name TEXT NOT NULL,
    side TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (customer_id, id),
    FOREIGN KEY (customer_id, account_id) REFERENCES accounts (customer_id, id),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX statements_by_step ON statements (customer_id, step, id);
CREATE INDEX statements_by_account ON statements (customer_id, account_id);
CREATE INDEX statements_by_directory ON statements (customer_id, directory_id);

CREATE TABLE comments (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    id BLOB NOT NULL,
    step TEXT NOT NULL,
    author_id BLOB,
    author_name TEXT NOT NULL,
    side TEXT NOT NULL,
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX comments_by_step ON comments (customer_id, step, id);

-- The few who can get in when nothing else works, for every list of deployments.
CREATE INDEX accounts_local_administrators ON accounts (customer_id, state) WHERE directory_id IS NULL AND is_administrator;
