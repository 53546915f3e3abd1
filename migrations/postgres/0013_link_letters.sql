-- Letters that carry a link are no notices: only the one they are for may know of them, and a link that is over is not
-- sent any more.

-- Until when the link in it works; NULL for a notice, which carries none.
ALTER TABLE letters ADD COLUMN link_until TIMESTAMPTZ;
-- The invitation whose link it carries, so that the list of invitations says when a letter could not be sent.
ALTER TABLE letters ADD COLUMN invitation_id UUID REFERENCES invitations (id);
CREATE INDEX letters_by_invitation ON letters (invitation_id, id) WHERE invitation_id IS NOT NULL;
