-- The people of the console: who is invited, who is removed, who lost a password, and from which browser a session is.

-- Removed people stay, so that what they did keeps its name; NULL for whoever may sign in.
ALTER TABLE console_users ADD COLUMN deactivated_at TEXT;

-- In plain words ("Firefox on Windows"), not what the browser sent, and no address: as much as helps to know one's own.
ALTER TABLE console_sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';

CREATE TABLE invitations (
    id BLOB NOT NULL PRIMARY KEY,
    -- NULL for staff.
    customer_id BLOB REFERENCES customers (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    role TEXT NOT NULL,
    -- SHA-256 of the link's token: a copy of this table invites nobody. A new link replaces it.
    token_hash BLOB NOT NULL UNIQUE,
    invited_by_name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    accepted_at TEXT,
    revoked_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX invitations_by_customer ON invitations (customer_id, email_key);

-- One row for each user, so only the newest link counts.
CREATE TABLE password_resets (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES console_users (id),
    token_hash BLOB NOT NULL UNIQUE,
    expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX password_resets_by_expiry ON password_resets (expires_at);
