-- The shoppers whose choices are kept: all, or as many as settings.shoppers says, drawn by a digest of their ids, so that every run
-- and every engine draws the same.
-- Columns: id, number (from 0, by id).
SELECT drawn.id, cast(row_number() OVER (ORDER BY drawn.id) - 1 AS INT) AS number
FROM (
  SELECT shopper AS id, row_number() OVER (ORDER BY md5(concat(shopper, ' ', cast(seed AS STRING))), shopper) AS draw
  FROM (SELECT DISTINCT shopper FROM events) AS every
  CROSS JOIN settings
) AS drawn
CROSS JOIN settings
WHERE settings.shoppers IS NULL OR draw <= settings.shoppers
