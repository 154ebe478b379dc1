-- The items that the kept shoppers chose. Numbers take less room than ids in the tables that follow, and items of an earlier preparation
-- keep theirs.
-- Columns: item (id), number (from 0; new ones by id).
SELECT id AS item, number FROM earlier_products
UNION ALL
SELECT chosen.item, cast(known + row_number() OVER (ORDER BY chosen.item) - 1 AS INT) AS number
FROM (
  SELECT DISTINCT events.item
  FROM events
  JOIN shoppers ON events.shopper = shoppers.id
) AS chosen
LEFT JOIN earlier_products ON chosen.item = earlier_products.id
CROSS JOIN (SELECT count(*) AS known FROM earlier_products) AS counted
WHERE earlier_products.id IS NULL
