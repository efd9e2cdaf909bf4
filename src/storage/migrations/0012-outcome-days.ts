/* What retention leaves of counted touches; 0 and 0 where there was no experiment. */
export const outcomeDays = `
CREATE TABLE outcome_days (
  day INTEGER NOT NULL,      -- days since 1970-01-01, UTC
  placement TEXT NOT NULL,
  experiment INTEGER NOT NULL,
  arm INTEGER NOT NULL,
  kind INTEGER NOT NULL,     -- TOUCH_KINDS
  position INTEGER NOT NULL,
  touches INTEGER NOT NULL,
  PRIMARY KEY (day, placement, experiment, arm, kind, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX attributions_decision ON attributions (decision);
`
