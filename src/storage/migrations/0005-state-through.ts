/*
 * Up to which event a state has taken in. States are written now and then, not with each event; what a state lacks is
 * told by the log. Those from before were written with each event.
 */
export const stateThrough = `
ALTER TABLE profile_states ADD COLUMN through INTEGER NOT NULL DEFAULT 0;
UPDATE profile_states SET through = coalesce((SELECT last_event FROM profiles WHERE row = profile), 0);
`
