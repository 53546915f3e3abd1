-- Whom a plan links accounts to, by their row of the directory's snapshot: a rehearsal goes through people in that order, and
-- looked each of them up at a random place. `what` is `person` now where it was `link`; the key is the row in twelve digits.
DELETE FROM migration_lookups WHERE what = 'link';
INSERT INTO migration_lookups (customer_id, plan, what, key, account_id)
    SELECT e.customer_id, e.plan, 'person', printf('%012d', s.row_no), e.account_id FROM migration_plans p
    JOIN migration_entries e ON e.customer_id = p.customer_id AND e.plan = p.number AND e.directory_after = p.directory_id
        AND e.kind <> 'held'
    JOIN snapshot_users s ON s.customer_id = p.customer_id AND s.directory_id = p.directory_id AND s.object_id = e.link_after;
