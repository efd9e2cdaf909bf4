/*
 * Young keys of events in the order in which they came: the writer knows them by heart, and a row that is added at the
 * end touches one page where a row sorted in by its hash touched any.
 */
export const youngKeys = ['live_keys_young', 'history_keys_young']
  .map(
    (table) => `
ALTER TABLE ${table} RENAME TO ${table}_before;
CREATE TABLE ${table} (row INTEGER PRIMARY KEY, hash INTEGER NOT NULL, rest INTEGER NOT NULL) STRICT;
INSERT INTO ${table} (hash, rest) SELECT hash, rest FROM ${table}_before;
DROP TABLE ${table}_before;
`,
  )
  .join('')
