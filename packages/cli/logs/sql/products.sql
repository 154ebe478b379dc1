-- What the log says about each item. A choice weighs 2^(-age / half-life) in the recent demand, where age counts the later choices of
-- all shoppers, and settings.half_life is a share of the log. Sums of integers do not depend on the order of summing. The sums of an
-- earlier preparation are added, its recent demand after it has faded.
-- Columns: id, number, choices, shoppers (who chose it), recent (billionths of a choice), mass (see masses).
SELECT items.item AS id, items.number, coalesce(earlier_products.choices, 0) + coalesce(counted.choices, 0) AS choices,
  coalesce(earlier_products.shoppers, 0) + coalesce(counted.shoppers, 0) AS shoppers,
  cast(round(coalesce(earlier_products.recent, 0) * power(2, (settings.earlier_events - log_size) / (half_life * log_size))) AS BIGINT)
    + coalesce(counted.recent, 0) AS recent,
  coalesce(earlier_products.mass, 0) + coalesce(masses.mass, 0) AS mass
FROM items
LEFT JOIN (
  SELECT item, count(*) AS choices, cast(sum(first) AS BIGINT) AS shoppers,
    cast(sum(cast(round(1000000000 * power(2, (place + 1 - log_size) / (half_life * log_size))) AS BIGINT)) AS BIGINT) AS recent
  FROM choices
  CROSS JOIN (SELECT earlier_events + count(*) AS log_size FROM choices CROSS JOIN settings GROUP BY earlier_events) AS size
  CROSS JOIN settings
  GROUP BY item
) AS counted ON items.number = counted.item
LEFT JOIN masses ON items.number = masses.item
LEFT JOIN earlier_products ON items.number = earlier_products.number
CROSS JOIN (SELECT earlier_events + count(*) AS log_size FROM choices CROSS JOIN settings GROUP BY earlier_events) AS size
CROSS JOIN settings
ORDER BY number
