-- Questions about a user mapping, among the remarks, and the administrators nobody decided about yet, by name.

-- It asks the other side, and waits until they answer it. What is said of the whole mapping stands at line 0, without cells.
ALTER TABLE mapping_remarks ADD COLUMN asks BOOLEAN NOT NULL DEFAULT FALSE;
-- The question that it answers.
ALTER TABLE mapping_remarks ADD COLUMN answers UUID;
-- Its cells as a correction writes them anew (F-32), where that differs: a line that was only written anew says the same.
ALTER TABLE mapping_remarks ADD COLUMN rewritten_existing TEXT;
ALTER TABLE mapping_remarks ADD COLUMN rewritten_new TEXT;
ALTER TABLE mapping_remarks ADD COLUMN rewritten_target TEXT;
CREATE INDEX mapping_remarks_unanswered ON mapping_remarks (customer_id, side) WHERE asks AND settled_at IS NULL;
CREATE INDEX accounts_administrators ON accounts (customer_id, sort_key, id) WHERE is_administrator;

-- Which of the lines with the same existing username a line is, counted from 0 in their order: versions are compared line by
-- line, and a cell may stand in thousands of them.
ALTER TABLE mapping_rows ADD COLUMN nth BIGINT NOT NULL DEFAULT 0;
UPDATE mapping_rows SET nth = counted.nth
    FROM (SELECT customer_id, version, line,
            ROW_NUMBER() OVER (PARTITION BY customer_id, version, existing ORDER BY line) - 1 AS nth
        FROM mapping_rows) AS counted
    WHERE counted.nth > 0 AND mapping_rows.customer_id = counted.customer_id
    AND mapping_rows.version = counted.version AND mapping_rows.line = counted.line;
DROP INDEX mapping_rows_by_existing;
CREATE INDEX mapping_rows_by_existing ON mapping_rows (customer_id, version, existing, nth);
