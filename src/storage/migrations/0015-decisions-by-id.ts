/* The id of a decision begins with its time, so that an index of times would only be a page more to write for each. */
export const decisionsById = `DROP INDEX decisions_at;`
