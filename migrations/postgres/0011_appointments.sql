-- Appointments of a deployment: events that are only ever added. The latest of a kind says how it stands.

CREATE TABLE appointments (
    customer_id UUID NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL,
    -- 1, 2, 3, …: of two people who answer at once one is told to look again.
    seq BIGINT NOT NULL,
    event TEXT NOT NULL,
    -- The time it is about, and the zone it was typed in.
    starts_at TIMESTAMPTZ NOT NULL,
    minutes BIGINT NOT NULL,
    time_zone TEXT NOT NULL,
    proposed_side TEXT NOT NULL,
    -- What the other side should know, or why.
    note TEXT NOT NULL,
    by_id UUID,
    by_name TEXT NOT NULL,
    side TEXT NOT NULL,
    -- Staff said it for the customer.
    for_customer BOOLEAN NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (customer_id, kind, seq)
);

-- In which zone somebody reads times; NULL until they choose.
ALTER TABLE console_users ADD COLUMN time_zone TEXT;
