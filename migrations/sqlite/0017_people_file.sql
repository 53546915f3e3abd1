-- People files: accounts of a directory that the intranet followed before, as an export of People has them, and what became
-- of every line.

CREATE TABLE people_files (
    customer_id BLOB NOT NULL REFERENCES customers (id),
    -- 1, 2, 3, …
    number INTEGER NOT NULL,
    -- Whose accounts these are; NULL while the upload goes on, so that one that breaks off leaves no directory behind.
    directory_id BLOB,
    -- The name it was uploaded under, cleaned.
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    -- How it was read, as JSON; NULL while the upload goes on.
    reading TEXT,
    -- Its lines, and what became of them so far.
    lines INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at TEXT NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (customer_id, number),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX people_files_by_directory ON people_files (customer_id, directory_id);
-- One at a time: a line must not be compared with an account that another file is about to change.
CREATE UNIQUE INDEX people_files_one_open ON people_files (customer_id) WHERE state = 'working';

-- The lines of a file. Those of the newest file are kept; of lines that are done, without their cells.
CREATE TABLE people_file_lines (
    customer_id BLOB NOT NULL,
    file INTEGER NOT NULL,
    -- The physical line of the file.
    line INTEGER NOT NULL,
    username TEXT NOT NULL,
    -- Empty where it is no username.
    username_key TEXT NOT NULL,
    -- What stands in the columns that are read: JSON, by their symbolic names.
    cells TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Why it changed nothing: a JSON list.
    problems TEXT NOT NULL,
    PRIMARY KEY (customer_id, file, line),
    FOREIGN KEY (customer_id, file) REFERENCES people_files (customer_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX people_file_lines_by_username ON people_file_lines (customer_id, file, username_key);
CREATE INDEX people_file_lines_by_state ON people_file_lines (customer_id, file, state, line);
