-- People files: accounts of a directory that the intranet followed before, as an export of People has them, and what became
-- of every line.

CREATE TABLE people_files (
    customer_id UUID NOT NULL REFERENCES customers (id),
    -- 1, 2, 3, …
    number BIGINT NOT NULL,
    -- Whose accounts these are; NULL while the upload goes on, so that one that breaks off leaves no directory behind.
    directory_id UUID,
    -- The name it was uploaded under, cleaned.
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    -- How it was read, as JSON; NULL while the upload goes on.
    reading JSONB,
    -- Its lines, and what became of them so far.
    lines BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    PRIMARY KEY (customer_id, number),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
);
CREATE INDEX people_files_by_directory ON people_files (customer_id, directory_id);
-- One at a time: a line must not be compared with an account that another file is about to change.
CREATE UNIQUE INDEX people_files_one_open ON people_files (customer_id) WHERE state = 'working';

-- The lines of a file. Those of the newest file are kept; of lines that are done, without their cells.
CREATE TABLE people_file_lines (
    customer_id UUID NOT NULL,
    file BIGINT NOT NULL,
    -- The physical line of the file.
    line BIGINT NOT NULL,
    username TEXT NOT NULL,
    -- Empty where it is no username.
    username_key TEXT COLLATE "C" NOT NULL,
    -- What stands in the columns that are read: JSON, by their symbolic names.
    cells JSONB NOT NULL,
    state TEXT NOT NULL,
    -- Why it changed nothing: a JSON list.
    problems JSONB NOT NULL,
    PRIMARY KEY (customer_id, file, line),
    FOREIGN KEY (customer_id, file) REFERENCES people_files (customer_id, number)
);
CREATE INDEX people_file_lines_by_username ON people_file_lines (customer_id, file, username_key);
CREATE INDEX people_file_lines_by_state ON people_file_lines (customer_id, file, state, line);
