-- How often shoppers buy an item again. Purchases are the choices of such a type, or all choices of a log without types; purchases of one
-- item by one shopper within 30 minutes, which ends a visit, count as one.
-- Columns: item (number), purchases, repeats (those after an earlier purchase of the item by the same shopper).
SELECT item, cast(sum(purchases) AS BIGINT) AS purchases, cast(sum(repeats) AS BIGINT) AS repeats
FROM (
  SELECT item, count(*) AS purchases, count(pause) AS repeats
  FROM (
    SELECT item, place, time - lag(time) OVER (PARTITION BY shopper, item ORDER BY step) AS pause
    FROM (
      SELECT shopper, item, step, place, time, type FROM choices
      UNION ALL
      SELECT earlier_choices.shopper, item, step, place, time, type
      FROM earlier_choices
      JOIN (SELECT DISTINCT shopper FROM choices) AS present ON earlier_choices.shopper = present.shopper
    ) AS kept
    CROSS JOIN (SELECT count(type) AS typed FROM choices) AS types
    WHERE typed = 0 OR lower(trim(type)) IN ('purchase', 'order', 'transaction', 'buy', 'sale')
  ) AS bought
  CROSS JOIN settings
  WHERE place >= earlier_events AND (pause IS NULL OR pause > 1800000)
  GROUP BY item
  UNION ALL
  SELECT item, purchases, repeats FROM earlier_repeats
) AS counted
GROUP BY item
ORDER BY item
