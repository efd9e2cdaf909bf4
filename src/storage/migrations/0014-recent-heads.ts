/*
 * Heads of the shoppers who are there now, in a table of some thirty pages. In the table of all shoppers those of a
 * group lie on as many pages as it has shoppers, and each of them was written with every group.
 */
export const recentHeads = `
CREATE TABLE recent_heads (
  profile INTEGER PRIMARY KEY,
  last_event INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL
) STRICT;
CREATE VIEW profiles_seen AS
  SELECT profiles.row, id, created_at, basis, bot,
    coalesce(recent_heads.last_event, profile_heads.last_event) AS last_event,
    coalesce(recent_heads.last_seen_at, profile_heads.last_seen_at) AS last_seen_at
  FROM profiles
    LEFT JOIN recent_heads ON recent_heads.profile = profiles.row
    LEFT JOIN profile_heads ON profile_heads.profile = profiles.row;
`
