/*
 * The first schema. Integer rows name things inside the store; AUTOINCREMENT keeps a row from being used again after
 * what it named was deleted. STRICT refuses values of the wrong type. Times are UTC milliseconds, money is integer
 * micros. Columns called `sealed` hold AES-256-GCM under a shopper's own key; columns called `hash` hold keyed
 * SHA-256 of an outside id, so that no page of an index ever carries the id itself.
 */
export const firstSchema = `
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counters VALUES ('catalog_revision', 0), ('model_version', 0);

-- Catalogue ———————————————————————————————————————————————————————————————————
CREATE TABLE products (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  body TEXT,                 -- JSON without the offers; NULL while only events named the product
  fingerprint BLOB,          -- SHA-256 of body and offers
  source TEXT,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE TABLE markets (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  currency TEXT NOT NULL,
  locale TEXT
) STRICT;
CREATE TABLE offers (
  product INTEGER NOT NULL,
  position INTEGER NOT NULL,
  market INTEGER NOT NULL,
  price_micros INTEGER NOT NULL,
  currency TEXT NOT NULL,
  sale_price_micros INTEGER,
  availability TEXT NOT NULL,
  stock INTEGER,
  PRIMARY KEY (product, position)
) STRICT, WITHOUT ROWID;

-- Profiles ————————————————————————————————————————————————————————————————————
CREATE TABLE profiles (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,   -- UUIDv7
  hash BLOB NOT NULL UNIQUE, -- of the kind and the outside id
  known INTEGER NOT NULL,    -- 1: named by a userId, 0: by an anonymousId
  sealed BLOB NOT NULL,      -- the outside id
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  basis INTEGER NOT NULL,    -- index into LEGAL_BASES
  bot INTEGER NOT NULL DEFAULT 0,
  last_event INTEGER         -- head of the chain events.previous
) STRICT;
CREATE TABLE identity_links (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  from_profile INTEGER NOT NULL,
  to_profile INTEGER NOT NULL,
  at INTEGER NOT NULL,
  cause TEXT NOT NULL,
  undone_at INTEGER
) STRICT;
CREATE INDEX identity_links_from ON identity_links (from_profile);
CREATE INDEX identity_links_to ON identity_links (to_profile);
-- What the active links come to; only profiles that are linked stand here. Derived, made again with every link.
CREATE TABLE canonical_profiles (profile INTEGER PRIMARY KEY, canonical INTEGER NOT NULL) STRICT;
CREATE INDEX canonical_profiles_canonical ON canonical_profiles (canonical);
CREATE TABLE profile_states (
  profile INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  state BLOB NOT NULL
) STRICT;
CREATE TABLE consents (
  profile INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  granted INTEGER NOT NULL,
  PRIMARY KEY (profile, purpose, at, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE traits (profile INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
-- Rows whose keys must be gone: taken up again at each opening, and kept as proof without personal data.
CREATE TABLE erasures (profile INTEGER PRIMARY KEY) STRICT;

-- Events ——————————————————————————————————————————————————————————————————————
CREATE TABLE sources (row INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE orders (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE, -- of the order id
  completed INTEGER NOT NULL, -- 1 when an order_completed of it is stored
  events INTEGER NOT NULL    -- how many stored events name it
) STRICT;
CREATE TABLE events (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  source INTEGER NOT NULL,
  profile INTEGER,           -- as named, before links; NULL where the event names no shopper
  previous INTEGER,          -- the event of the same profile that was stored before this one
  kind INTEGER NOT NULL,     -- EVENT_KINDS
  happened_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  bot INTEGER NOT NULL,
  "order" INTEGER,
  first_line INTEGER,
  line_count INTEGER NOT NULL
) STRICT;
CREATE TABLE event_payloads (
  event INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL,
  raw INTEGER NOT NULL       -- 1 while the raw message is in it
) STRICT;
CREATE TABLE lines (
  row INTEGER PRIMARY KEY,
  event INTEGER NOT NULL,
  profile INTEGER,
  product INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  quantity REAL NOT NULL,
  price_micros INTEGER,
  currency TEXT,
  basket INTEGER NOT NULL,   -- the order's row, or minus the event's row where there is no order
  bot INTEGER NOT NULL
) STRICT;
-- Keys of events, see repositories/event-keys.ts. Live keys age into tables of their own, live_keys_<period>.
CREATE TABLE history_keys (hash INTEGER PRIMARY KEY, rest INTEGER NOT NULL) STRICT;
CREATE TABLE history_keys_young (hash INTEGER PRIMARY KEY, rest INTEGER NOT NULL) STRICT;
CREATE TABLE live_keys_young (hash INTEGER PRIMARY KEY, rest INTEGER NOT NULL) STRICT;
CREATE TABLE live_key_periods (period INTEGER PRIMARY KEY) STRICT;

-- Models ——————————————————————————————————————————————————————————————————————
CREATE TABLE model_versions (
  version INTEGER PRIMARY KEY,
  capability TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  promoted_at INTEGER,
  metric TEXT NOT NULL,
  value REAL NOT NULL,
  bytes INTEGER NOT NULL,
  card TEXT NOT NULL,
  files TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX model_versions_serving ON model_versions (capability) WHERE status = 'serving';
CREATE TABLE promotions (
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  capability TEXT NOT NULL,
  version INTEGER NOT NULL,
  previous INTEGER,
  at INTEGER NOT NULL,
  undone_at INTEGER
) STRICT;

-- Decisions ———————————————————————————————————————————————————————————————————
CREATE TABLE decisions (
  id BLOB PRIMARY KEY,       -- UUIDv7: new decisions land beside each other
  at INTEGER NOT NULL,
  profile INTEGER,
  placement TEXT NOT NULL,
  record BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX decisions_profile ON decisions (profile, id) WHERE profile IS NOT NULL;
CREATE INDEX decisions_at ON decisions (at);
-- What retention leaves of decisions.
CREATE TABLE decision_days (
  day INTEGER NOT NULL,      -- days since 1970-01-01, UTC
  placement TEXT NOT NULL,
  decisions INTEGER NOT NULL,
  PRIMARY KEY (day, placement)
) STRICT, WITHOUT ROWID;
CREATE TABLE placements (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Jobs, imports, keys —————————————————————————————————————————————————————————
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  params TEXT NOT NULL,
  progress TEXT NOT NULL,
  result TEXT,
  error TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE imports (
  id TEXT PRIMARY KEY,
  importer TEXT NOT NULL,
  path TEXT NOT NULL,
  basis TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  complete INTEGER NOT NULL,
  counts TEXT NOT NULL,
  problems_by_code TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE import_problems (
  import TEXT NOT NULL,
  number INTEGER NOT NULL,
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (import, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE finished_files (
  importer TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (importer, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  hash BLOB NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;
`
