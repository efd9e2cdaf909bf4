/*
 * Outcomes: what events came to for decisions. Everything from `touched_decisions` on is derived from the log, and
 * can be made again from it.
 */
export const outcomes = `
CREATE TABLE event_tokens (
  event INTEGER NOT NULL,
  position INTEGER NOT NULL, -- among the tokens of the event
  token TEXT NOT NULL,
  PRIMARY KEY (event, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_order ON events ("order") WHERE "order" IS NOT NULL;
CREATE INDEX events_ordering ON events (profile) WHERE "order" IS NOT NULL;

CREATE TABLE touched_decisions (
  row INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  placement TEXT NOT NULL,
  experiment INTEGER,
  arm INTEGER
) STRICT;
CREATE TABLE touches (
  decision INTEGER NOT NULL, -- row of touched_decisions
  position INTEGER NOT NULL,
  kind INTEGER NOT NULL,     -- TOUCH_KINDS
  event INTEGER NOT NULL,
  profile INTEGER,           -- as named, before links
  product INTEGER,
  at INTEGER NOT NULL,
  duplicate INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  PRIMARY KEY (decision, position, kind, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX touches_profile ON touches (profile, at) WHERE profile IS NOT NULL;
CREATE INDEX touches_at ON touches (at);
CREATE TABLE attributions (
  event INTEGER NOT NULL,    -- that completed the order
  line INTEGER NOT NULL,
  "order" INTEGER NOT NULL,
  profile INTEGER NOT NULL,  -- as named, before links
  at INTEGER NOT NULL,
  product INTEGER NOT NULL,
  quantity REAL NOT NULL,
  currency TEXT,
  micros INTEGER NOT NULL,
  refunded_micros INTEGER NOT NULL,
  decision INTEGER NOT NULL, -- with what follows: the touch
  position INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  touch INTEGER NOT NULL,    -- its event
  touch_product INTEGER,
  touched_at INTEGER NOT NULL,
  PRIMARY KEY (event, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX attributions_profile ON attributions (profile);
CREATE INDEX attributions_at ON attributions (at);
CREATE TABLE refused_tokens (
  event INTEGER NOT NULL,
  position INTEGER NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (event, position)
) STRICT, WITHOUT ROWID;
-- Shoppers whose outcomes are to be worked out anew. What links, marks or erases a shopper adds a row here in its own
-- transaction; the follower takes it away in the one that puts it right.
CREATE TABLE outcome_changes (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  profile INTEGER NOT NULL
) STRICT;
`
