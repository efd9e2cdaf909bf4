/*
 * A version that too few shoppers came back to measure has no value. It stood as 0, which a very bad version has.
 */
export const unmeasuredModels = `
ALTER TABLE model_versions ADD COLUMN measured REAL;
UPDATE model_versions SET measured = value WHERE json_array_length(card, '$.validation.rows') > 0;
ALTER TABLE model_versions DROP COLUMN value;
ALTER TABLE model_versions RENAME COLUMN measured TO value;
`
