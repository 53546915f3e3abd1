-- Who is told what: the contacts of a deployment, notices with the inbox they go to, and the letters that leave by mail.

CREATE TABLE contacts (
    customer_id UUID NOT NULL REFERENCES customers (id),
    id UUID NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    side TEXT NOT NULL,
    -- What they are told about: codes of topics, as JSON.
    topics JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (customer_id, id),
    UNIQUE (customer_id, email_key)
);

CREATE TABLE notices (
    customer_id UUID NOT NULL REFERENCES customers (id),
    id UUID NOT NULL,
    -- What made it: a second notice of the same cause is not made.
    cause TEXT NOT NULL,
    topic TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    -- The page where it can be dealt with.
    path TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (customer_id, id),
    UNIQUE (customer_id, cause)
);

-- Somebody's own copy. Ids are ordered by time.
CREATE TABLE inbox (
    customer_id UUID NOT NULL,
    user_id UUID NOT NULL REFERENCES console_users (id),
    notice_id UUID NOT NULL,
    read_at TIMESTAMPTZ,
    PRIMARY KEY (customer_id, user_id, notice_id),
    FOREIGN KEY (customer_id, notice_id) REFERENCES notices (customer_id, id)
);
CREATE INDEX inbox_by_notice ON inbox (customer_id, notice_id);
CREATE INDEX inbox_by_user ON inbox (user_id, notice_id);
CREATE INDEX inbox_unread ON inbox (user_id) WHERE read_at IS NULL;

-- The outbox. What a letter says is sealed until it has left, and gone after that: it may hold a link that signs in.
CREATE TABLE letters (
    id UUID NOT NULL PRIMARY KEY,
    customer_id UUID REFERENCES customers (id),
    to_name TEXT NOT NULL,
    to_email TEXT NOT NULL,
    subject TEXT NOT NULL,
    key_id TEXT,
    nonce BYTEA,
    ciphertext BYTEA,
    state TEXT NOT NULL,
    -- What the mail server said last.
    problem TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX letters_by_customer ON letters (customer_id, id);
CREATE INDEX letters_sealed ON letters (id) WHERE ciphertext IS NOT NULL;
