-- Items that a shopper was shown and has never chosen. It has no rows if impressions are left out.
-- Columns: shopper (see numbers), item (number).
SELECT seen.shopper, seen.item
FROM (
  SELECT numbers.number AS shopper, items.number AS item
  FROM shown
  JOIN numbers ON shown.shopper = numbers.id
  JOIN items ON shown.item = items.item
  UNION
  SELECT shopper, item FROM earlier_passed
) AS seen
LEFT JOIN (
  SELECT shopper, item FROM choices WHERE first = 1
  UNION ALL
  SELECT shopper, item FROM earlier_choices WHERE first = 1
) AS chosen ON seen.shopper = chosen.shopper AND seen.item = chosen.item
WHERE chosen.item IS NULL
