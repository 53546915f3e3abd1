-- Whom Okta's free text in `manager` means (domain 3.9): an object id; empty when it fits several people; NULL when the text
-- is itself the object id, or nobody's name.
ALTER TABLE snapshot_users ADD COLUMN manager_object_id TEXT;

-- Who reports to somebody (L-10).
CREATE INDEX accounts_by_manager ON accounts (customer_id, manager_id) WHERE manager_id IS NOT NULL;
