-- The number that each shopper with new choices has in the tables that stay. Shoppers of an earlier preparation keep theirs.
-- Columns: id, shopper (number by id), number (from 0; new ones by first choice), step (of the shopper's first new choice, from 0).
SELECT shoppers.id, firsts.shopper,
  coalesce(earlier_shoppers.number, cast(known + row_number() OVER (PARTITION BY earlier_shoppers.number IS NULL ORDER BY firsts.place) - 1 AS INT)) AS number,
  coalesce(earlier_shoppers.choices, 0) AS step
FROM (SELECT shopper, min(place) AS place FROM places GROUP BY shopper) AS firsts
JOIN shoppers ON firsts.shopper = shoppers.number
LEFT JOIN earlier_shoppers ON shoppers.id = earlier_shoppers.id
CROSS JOIN (SELECT count(*) AS known FROM earlier_shoppers) AS counted
