/* Keys that stand in a page are limited to the pages they stand in: origins, apart by a space; empty for any caller. */
export const keyOrigins = `ALTER TABLE api_keys ADD COLUMN origins TEXT NOT NULL DEFAULT ''`
