/*
 * Young keys of one call in one row: 16 bytes a key, hash and rest, each an unsigned integer with the highest byte
 * first. A row for each key cost as much as the rest of an event's line.
 */
export const packedYoungKeys = ['live_keys_young', 'history_keys_young']
  .map(
    (table) => `
ALTER TABLE ${table} RENAME TO ${table}_before;
CREATE TABLE ${table} (row INTEGER PRIMARY KEY, keys BLOB NOT NULL) STRICT;
INSERT INTO ${table} (keys) SELECT unhex(format('%016x%016x', hash, rest)) FROM ${table}_before ORDER BY row;
DROP TABLE ${table}_before;
`,
  )
  .join('')
