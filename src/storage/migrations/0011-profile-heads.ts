/*
 * What every event changes of its profile, in rows of some bytes: a page holds ten times as many of them as of profiles,
 * so that a group of events writes a tenth of the pages.
 */
export const profileHeads = `
CREATE TABLE profile_heads (
  profile INTEGER PRIMARY KEY,
  last_event INTEGER NOT NULL, -- head of the chain events.previous
  last_seen_at INTEGER NOT NULL
) STRICT;
INSERT INTO profile_heads (profile, last_event, last_seen_at)
  SELECT row, last_event, last_seen_at FROM profiles WHERE last_event IS NOT NULL;
ALTER TABLE profiles DROP COLUMN last_event;
ALTER TABLE profiles DROP COLUMN last_seen_at;
`
