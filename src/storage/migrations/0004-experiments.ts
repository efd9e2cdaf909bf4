/*
 * Experiments: who stands in which arm, and the arm of each decision where it can be counted. `arm` below zero names
 * why a decision counts for none; see core/decisions.
 */
export const experiments = `
ALTER TABLE decisions ADD COLUMN experiment INTEGER;
ALTER TABLE decisions ADD COLUMN arm INTEGER;
CREATE TABLE experiments (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  salt TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE assignments (
  profile INTEGER NOT NULL,  -- as named, before links
  experiment INTEGER NOT NULL,
  arm INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (profile, experiment)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignments_experiment ON assignments (experiment);
-- What retention leaves of decisions, now with the experiment and the arm; 0 and 0 where there was none.
ALTER TABLE decision_days RENAME TO decision_days_before;
CREATE TABLE decision_days (
  day INTEGER NOT NULL,      -- days since 1970-01-01, UTC
  placement TEXT NOT NULL,
  experiment INTEGER NOT NULL,
  arm INTEGER NOT NULL,
  decisions INTEGER NOT NULL,
  PRIMARY KEY (day, placement, experiment, arm)
) STRICT, WITHOUT ROWID;
INSERT INTO decision_days SELECT day, placement, 0, 0, decisions FROM decision_days_before;
DROP TABLE decision_days_before;
`
