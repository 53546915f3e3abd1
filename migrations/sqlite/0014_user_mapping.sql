-- The user mapping: files as they were uploaded, and what was read out of them. Nothing here ever changes once it is whole:
-- a correction is a new version.

CREATE TABLE mapping_files (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    -- 1, 2, 3, …
    number INTEGER NOT NULL,
    -- The name it was uploaded under, cleaned.
    name TEXT NOT NULL,
    -- SHA-256 of its bytes in hexadecimal digits; NULL while the upload goes on. One that broke off is cleared away.
    hash TEXT,
    bytes INTEGER NOT NULL,
    -- The encoding it is in for certain; NULL: it is not UTF-8, so a person has to say.
    encoding TEXT,
    -- Lines that are not UTF-8, for that person, as a JSON list of texts.
    samples TEXT NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at TEXT NOT NULL,
    PRIMARY KEY (customer_id, number)
) STRICT, WITHOUT ROWID;

-- The bytes of a file, in parts that fit into memory.
CREATE TABLE mapping_file_parts (
    customer_id BLOB NOT NULL,
    file INTEGER NOT NULL,
    part INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (customer_id, file, part),
    FOREIGN KEY (customer_id, file) REFERENCES mapping_files (customer_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE mapping_versions (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    number INTEGER NOT NULL,
    -- The file it was read out of; NULL for a version that was made from another one.
    file INTEGER,
    -- How the file is read, as far as a person said: JSON.
    reading TEXT NOT NULL,
    state TEXT NOT NULL,
    -- What came of the check, as JSON; NULL before.
    result TEXT,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    checked_at TEXT,
    PRIMARY KEY (customer_id, number),
    FOREIGN KEY (customer_id, file) REFERENCES mapping_files (customer_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX mapping_versions_by_file ON mapping_versions (customer_id, file);

-- The lines of a version, as they stand in the file.
CREATE TABLE mapping_rows (
    customer_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    -- The physical line of the file.
    line INTEGER NOT NULL,
    existing TEXT NOT NULL,
    new TEXT NOT NULL,
    target TEXT NOT NULL,
    -- What it does to a username, seen among all lines, and the line whose username it takes.
    kind TEXT NOT NULL,
    takes_from INTEGER,
    PRIMARY KEY (customer_id, version, line),
    FOREIGN KEY (customer_id, version) REFERENCES mapping_versions (customer_id, number)
) STRICT, WITHOUT ROWID;

-- What was found about the lines of a version.
CREATE TABLE mapping_findings (
    customer_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    code TEXT NOT NULL,
    -- What findings of this code are grouped by, such as the domain; empty where it is the code alone.
    about TEXT NOT NULL,
    line INTEGER NOT NULL,
    -- The column; empty where it is the whole line.
    place TEXT NOT NULL,
    severity TEXT NOT NULL,
    other INTEGER,
    text TEXT,
    PRIMARY KEY (customer_id, version, code, about, line, place),
    FOREIGN KEY (customer_id, version) REFERENCES mapping_versions (customer_id, number)
) STRICT, WITHOUT ROWID;
