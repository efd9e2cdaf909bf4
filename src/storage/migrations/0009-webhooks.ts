/*
 * Webhooks and the outbox of their messages. A delivery that is claimed has its next attempt at the end of the lease:
 * if nobody says what became of it, it is due again then.
 */
export const webhooks = `
CREATE TABLE webhook_endpoints (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  types TEXT NOT NULL,       -- apart by a space; empty for all
  sealed BLOB NOT NULL,      -- the secret
  created_at INTEGER NOT NULL,
  delivered_at INTEGER,      -- the last time that it took a message
  disabled_at INTEGER,
  disabled_because TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE webhook_messages (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE webhook_deliveries (
  endpoint TEXT NOT NULL,
  message INTEGER NOT NULL,
  state INTEGER NOT NULL,    -- DELIVERY_STATES
  attempts INTEGER NOT NULL,
  first_at INTEGER,
  last_at INTEGER,
  last_status INTEGER,
  problem TEXT,
  next_at INTEGER,           -- NULL once it is settled
  PRIMARY KEY (endpoint, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_message ON webhook_deliveries (message);
`
