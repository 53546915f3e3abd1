-- What a directory answered when a page asked it: the chosen groups, how attributes are filled. Kept so that a page
-- neither waits for a slow provider each time nor shows nothing while it cannot be reached.
CREATE TABLE live_answers (
    customer_id UUID NOT NULL,
    directory_id UUID NOT NULL,
    question TEXT NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    -- What to do about the last try that failed; NULL when it did not.
    problem TEXT,
    answer JSONB NOT NULL,
    PRIMARY KEY (customer_id, directory_id, question),
    FOREIGN KEY (customer_id, directory_id) REFERENCES directories (customer_id, id)
);
