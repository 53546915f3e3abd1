-- Fields that a customer has added to the profiles of their People directory, beside those every profile has.

CREATE TABLE profile_fields (
    customer_id UUID NOT NULL REFERENCES customers (id),
    -- What the field is called in the profiles of accounts; never changes.
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- What can be chosen, as a JSON list of texts; empty for kinds without options.
    options JSONB NOT NULL,
    PRIMARY KEY (customer_id, key)
);
