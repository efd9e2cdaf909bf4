/* The secret before the present one, sealed like it, for as long as messages are signed with both. */
export const webhookRotation = `
ALTER TABLE webhook_endpoints ADD COLUMN previous_sealed BLOB;
ALTER TABLE webhook_endpoints ADD COLUMN previous_until INTEGER;
`
