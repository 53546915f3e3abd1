-- The user mapping: files as they were uploaded, and what was read out of them. Nothing here ever changes once it is whole:
-- a correction is a new version.

CREATE TABLE mapping_files (
    customer_id UUID NOT NULL REFERENCES customers (id),
    -- 1, 2, 3, …
    number BIGINT NOT NULL,
    -- The name it was uploaded under, cleaned.
    name TEXT NOT NULL,
    -- SHA-256 of its bytes in hexadecimal digits; NULL while the upload goes on. One that broke off is cleared away.
    hash TEXT,
    bytes BIGINT NOT NULL,
    -- The encoding it is in for certain; NULL: it is not UTF-8, so a person has to say.
    encoding TEXT,
    -- Lines that are not UTF-8, for that person, as a JSON list of texts.
    samples JSONB NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (customer_id, number)
);

-- The bytes of a file, in parts that fit into memory.
CREATE TABLE mapping_file_parts (
    customer_id UUID NOT NULL,
    file BIGINT NOT NULL,
    part BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (customer_id, file, part),
    FOREIGN KEY (customer_id, file) REFERENCES mapping_files (customer_id, number)
);

CREATE TABLE mapping_versions (
    customer_id UUID NOT NULL REFERENCES customers (id),
    number BIGINT NOT NULL,
    -- The file it was read out of; NULL for a version that was made from another one.
    file BIGINT,
    -- How the file is read, as far as a person said: JSON.
    reading JSONB NOT NULL,
    state TEXT NOT NULL,
    -- What came of the check, as JSON; NULL before.
    result JSONB,
    created_by TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    checked_at TIMESTAMPTZ,
    PRIMARY KEY (customer_id, number),
    FOREIGN KEY (customer_id, file) REFERENCES mapping_files (customer_id, number)
);
CREATE INDEX mapping_versions_by_file ON mapping_versions (customer_id, file);

-- The lines of a version, as they stand in the file.
CREATE TABLE mapping_rows (
    customer_id UUID NOT NULL,
    version BIGINT NOT NULL,
    -- The physical line of the file.
    line BIGINT NOT NULL,
    existing TEXT NOT NULL,
    new TEXT NOT NULL,
    target TEXT NOT NULL,
    -- What it does to a username, seen among all lines, and the line whose username it takes.
    kind TEXT NOT NULL,
    takes_from BIGINT,
    PRIMARY KEY (customer_id, version, line),
    FOREIGN KEY (customer_id, version) REFERENCES mapping_versions (customer_id, number)
);

-- What was found about the lines of a version.
CREATE TABLE mapping_findings (
    customer_id UUID NOT NULL,
    version BIGINT NOT NULL,
    code TEXT NOT NULL,
    -- What findings of this code are grouped by, such as the domain; empty where it is the code alone.
    about TEXT NOT NULL,
    line BIGINT NOT NULL,
    -- The column; empty where it is the whole line.
    place TEXT NOT NULL,
    severity TEXT NOT NULL,
    other BIGINT,
    text TEXT,
    PRIMARY KEY (customer_id, version, code, about, line, place),
    FOREIGN KEY (customer_id, version) REFERENCES mapping_versions (customer_id, number)
);
