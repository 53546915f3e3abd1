-- Who gets what by a plan, to be looked up: filled in the order of the keys, once all entries of the plan are there. As indexes
-- of the entries they were written at a random place with each entry, which took most of the time of a large plan.
CREATE TABLE migration_lookups (
    customer_id UUID NOT NULL,
    plan BIGINT NOT NULL,
    -- `link`: the person the account is linked to afterwards; `name`: its username afterwards; `freed`: the username nobody has
    -- afterwards.
    what TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    account_id UUID NOT NULL,
    PRIMARY KEY (customer_id, plan, what, key, account_id)
);
INSERT INTO migration_lookups (customer_id, plan, what, key, account_id)
    SELECT customer_id, plan, 'link', link_after, account_id FROM migration_entries WHERE link_after IS NOT NULL;
INSERT INTO migration_lookups (customer_id, plan, what, key, account_id)
    SELECT customer_id, plan, 'name', key_after, account_id FROM migration_entries;
INSERT INTO migration_lookups (customer_id, plan, what, key, account_id)
    SELECT customer_id, plan, 'freed', key_before, account_id FROM migration_entries WHERE frees;
DROP INDEX migration_entries_by_link;
DROP INDEX migration_entries_by_name;
DROP INDEX migration_entries_freed;
