-- The items that the kept shoppers chose. Numbers take less room than ids in the tables that follow.
-- Columns: item (id), number (from 0, by id).
SELECT item, cast(row_number() OVER (ORDER BY item) - 1 AS INT) AS number
FROM (
  SELECT DISTINCT events.item
  FROM events
  JOIN shoppers ON events.shopper = shoppers.shopper
  CROSS JOIN settings
  WHERE events.item <> '' AND events.time IS NOT NULL AND (settings.until IS NULL OR events.time < settings.until)
) AS chosen
