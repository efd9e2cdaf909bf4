/*
 * At which revision of the catalogue a product changed last, so that a serving process reads only what changed since
 * it looked. Products from before have the revision 0: whoever opens the store reads them all.
 */
export const productRevisions = `
ALTER TABLE products ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE INDEX products_revision ON products (revision);
`
