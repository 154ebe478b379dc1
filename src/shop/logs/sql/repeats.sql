-- How often shoppers buy an item again. Purchases are the choices of such a type, or all choices of a log without types; purchases of one
-- item by one shopper within 30 minutes, which ends a visit, count as one.
-- Columns: item (number), purchases, repeats (those after an earlier purchase of the item by the same shopper).
SELECT item, count(*) AS purchases, count(pause) AS repeats
FROM (
  SELECT item, time - lag(time) OVER (PARTITION BY shopper, item ORDER BY step) AS pause
  FROM choices
  CROSS JOIN (SELECT count(type) AS typed FROM choices) AS types
  WHERE typed = 0 OR lower(trim(type)) IN ('purchase', 'order', 'transaction', 'buy', 'sale')
) AS bought
WHERE pause IS NULL OR pause > 1800000
GROUP BY item
ORDER BY item
