-- What was ticked when a version of the user mapping was submitted or approved, and the approval that a new check took back: what
-- drifted is not accepted in silence (P-17).

-- The groups of warnings that were ticked, as they were then, as JSON.
ALTER TABLE mapping_reviews ADD COLUMN acknowledged JSONB NOT NULL DEFAULT '[]';
-- The approval that was taken back, as JSON; NULL: none was since it was submitted.
ALTER TABLE mapping_reviews ADD COLUMN taken_back JSONB;
