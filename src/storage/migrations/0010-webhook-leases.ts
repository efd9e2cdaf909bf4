/* Whether the next attempt of a delivery is the end of a lease; the next process to open the store ends it at once. */
export const webhookLeases = `ALTER TABLE webhook_deliveries ADD COLUMN leased INTEGER NOT NULL DEFAULT 0`
