-- Questions about a user mapping, among the remarks, and the administrators nobody decided about yet, by name.

-- It asks the other side; whatever they say next about the same line settles it. What is said of the whole mapping stands
-- at line 0, without cells.
ALTER TABLE mapping_remarks ADD COLUMN asks INTEGER NOT NULL DEFAULT 0;
CREATE INDEX accounts_administrators ON accounts (customer_id, sort_key, id) WHERE is_administrator;
