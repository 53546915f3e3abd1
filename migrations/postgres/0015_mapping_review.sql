-- The user mapping beside People and the directory: whom each line is about, what is proposed, and its review.

-- Raised by every change of an account: what was checked names the number it was checked against (P-17).
ALTER TABLE customers ADD COLUMN people_number BIGINT NOT NULL DEFAULT 0;
-- Raised by every change of what was read of a directory.
ALTER TABLE directories ADD COLUMN snapshot_number BIGINT NOT NULL DEFAULT 0;

-- The account a line is about; another one that a finding speaks of; the person with the new username (row_no of
-- snapshot_users). NULL: nobody, or not compared.
ALTER TABLE mapping_rows ADD COLUMN account_id UUID;
ALTER TABLE mapping_rows ADD COLUMN other_account_id UUID;
ALTER TABLE mapping_rows ADD COLUMN person BIGINT;
CREATE INDEX mapping_rows_by_account ON mapping_rows (customer_id, version, account_id);
CREATE INDEX mapping_findings_by_line ON mapping_findings (customer_id, version, line);
CREATE INDEX mapping_rows_by_existing ON mapping_rows (customer_id, version, existing);

-- The version it was made out of by a correction, and the correction as JSON; NULL for an uploaded file.
ALTER TABLE mapping_versions ADD COLUMN made_from BIGINT;
ALTER TABLE mapping_versions ADD COLUMN edit JSONB;
-- Who made it: whoever did does not approve it.
ALTER TABLE mapping_versions ADD COLUMN author_id UUID;
-- What it was checked against; NULL before.
ALTER TABLE mapping_versions ADD COLUMN directory_id UUID;
ALTER TABLE mapping_versions ADD COLUMN people_number BIGINT;
ALTER TABLE mapping_versions ADD COLUMN snapshot_number BIGINT;

-- Who is probably whose owner; made anew by each check.
CREATE TABLE mapping_proposals (
    customer_id UUID NOT NULL REFERENCES customers (id),
    account_id UUID NOT NULL,
    -- row_no of snapshot_users.
    person BIGINT NOT NULL,
    class TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- Of an administrator: accepted one by one only.
    by_hand BOOLEAN NOT NULL,
    -- No line of the version that was checked names the person (T-08).
    unclaimed BOOLEAN NOT NULL,
    PRIMARY KEY (customer_id, account_id)
);

-- Versions that were submitted, and what became of them.
CREATE TABLE mapping_reviews (
    customer_id UUID NOT NULL,
    version BIGINT NOT NULL,
    -- SHA-256 of the file the version was read out of.
    hash TEXT NOT NULL,
    state TEXT NOT NULL,
    submitted_by UUID,
    submitted_by_name TEXT NOT NULL,
    submitted_at TIMESTAMPTZ NOT NULL,
    -- The last decision: returned, or the (first) approval.
    decided_by UUID,
    decided_by_name TEXT NOT NULL,
    decided_at TIMESTAMPTZ,
    reason TEXT NOT NULL,
    -- The second approval, where one was asked for.
    seconded_by_name TEXT NOT NULL,
    seconded_at TIMESTAMPTZ,
    PRIMARY KEY (customer_id, version),
    FOREIGN KEY (customer_id, version) REFERENCES mapping_versions (customer_id, number)
);

-- What was said about lines. A remark is about an account and what a line says of it, so it goes along with the line into
-- later versions as long as that stays so.
CREATE TABLE mapping_remarks (
    customer_id UUID NOT NULL REFERENCES customers (id),
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    line BIGINT NOT NULL,
    existing TEXT NOT NULL,
    new TEXT NOT NULL,
    target TEXT NOT NULL,
    author_name TEXT NOT NULL,
    side TEXT NOT NULL,
    text TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    settled_by_name TEXT NOT NULL,
    settled_at TIMESTAMPTZ,
    PRIMARY KEY (customer_id, id)
);
CREATE INDEX mapping_remarks_by_existing ON mapping_remarks (customer_id, existing);
