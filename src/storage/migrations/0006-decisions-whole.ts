/*
 * What decisions go by and leave behind beside their records: rules of merchandisers, what is spent and held of their
 * limits, lists that were given up, and captured inputs.
 */
export const decisionsWhole = `
-- A change of a rule is a new row: a decision that an older version shaped can still be told, and replayed.
CREATE TABLE rules (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  removed_at INTEGER         -- when it was changed or removed
) STRICT;
CREATE UNIQUE INDEX rules_in_use ON rules (name) WHERE removed_at IS NULL;
-- What is spent for good, and held by the reservations that have not expired.
CREATE TABLE budgets (
  name TEXT NOT NULL,        -- for example rule:NAME
  period TEXT NOT NULL,      -- for example a day
  spent INTEGER NOT NULL,
  held INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (name, period)
) STRICT, WITHOUT ROWID;
CREATE TABLE reservations (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  budget TEXT NOT NULL,
  period TEXT NOT NULL,
  decision BLOB NOT NULL,    -- UUIDv7
  amount INTEGER NOT NULL,
  on_answer INTEGER NOT NULL, -- 1: spent when the decision is logged, 0: when it was seen
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX reservations_expiry ON reservations (budget, period, expires_at);
CREATE INDEX reservations_decision ON reservations (decision);
-- Lists that a refused reservation made a decision give up, in their order.
CREATE TABLE decision_attempts (
  decision BLOB NOT NULL,
  number INTEGER NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (decision, number)
) STRICT, WITHOUT ROWID;
-- What a decision was made from, sealed with the key of its shopper, for replays.
CREATE TABLE decision_inputs (
  decision BLOB PRIMARY KEY,
  profile INTEGER,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_inputs_profile ON decision_inputs (profile) WHERE profile IS NOT NULL;
`
