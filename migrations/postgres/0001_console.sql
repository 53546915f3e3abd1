-- The console itself: customers, the people who sign in here, their sessions, and the audit log.

CREATE TABLE customers (
    id UUID NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    next_run_number BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE console_users (
    id UUID NOT NULL PRIMARY KEY,
    -- NULL for staff, who see every customer.
    customer_id UUID REFERENCES customers (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    last_sign_in_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX console_users_by_customer ON console_users (customer_id);

-- Back-off of each account, here so that every server process knows it. By the SHA-256 of the address, whether or not
-- there is such an account: the answer does not tell which addresses exist.
CREATE TABLE sign_in_attempts (
    email_hash BYTEA NOT NULL PRIMARY KEY,
    failed_attempts BIGINT NOT NULL,
    locked_until TIMESTAMPTZ,
    last_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sign_in_attempts_by_time ON sign_in_attempts (last_at);

CREATE TABLE console_sessions (
    -- SHA-256 of the id in the cookie: a copy of this table signs nobody in.
    id_hash BYTEA NOT NULL PRIMARY KEY,
    user_id UUID REFERENCES console_users (id),
    data TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX console_sessions_by_user ON console_sessions (user_id);
CREATE INDEX console_sessions_by_expiry ON console_sessions (expires_at);

CREATE TABLE audit_log (
    -- One chain for the whole console: each row carries the hash of the one before.
    seq BIGINT NOT NULL PRIMARY KEY,
    customer_id UUID REFERENCES customers (id),
    at TIMESTAMPTZ NOT NULL,
    actor_id UUID,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    -- What was before and after, without secrets.
    details TEXT NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX audit_log_by_customer ON audit_log (customer_id, seq);
CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END;
$$;
CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();
