-- What the log says about each item. A choice weighs 2^(-age / half-life) in the recent demand, where age counts the later choices of
-- all shoppers, and settings.half_life is a share of the log. Sums of integers do not depend on the order of summing.
-- Columns: id, number (by id), choices, shoppers (who chose it), recent (billionths of a choice), mass (see masses).
SELECT items.item AS id, items.number, counted.choices, counted.shoppers, counted.recent, coalesce(masses.mass, 0) AS mass
FROM items
JOIN (
  SELECT item, count(*) AS choices, cast(sum(first) AS BIGINT) AS shoppers,
    cast(sum(cast(round(1000000000 * power(2, (place + 1 - log_size) / (half_life * log_size))) AS BIGINT)) AS BIGINT) AS recent
  FROM choices
  CROSS JOIN (SELECT count(*) AS log_size FROM choices) AS size
  CROSS JOIN settings
  GROUP BY item
) AS counted ON items.number = counted.item
LEFT JOIN masses ON items.number = masses.item
ORDER BY number
