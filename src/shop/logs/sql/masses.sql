-- The sum of the weights of all pairs of each item (see pairs). All masses are known before any pair is ranked.
-- Made for some of the items at a time: those whose number has the remainder settings.part when divided by settings.parts.
-- Columns: item (number), mass (millionths).
SELECT near.item, cast(sum(round(1000000 / abs(near.step - others.step))) AS BIGINT) AS mass
FROM (
  SELECT shopper, item, step, cast(floor(step / 30) AS INT) + shift AS block
  FROM choices
  CROSS JOIN (SELECT -1 AS shift UNION ALL SELECT 0 UNION ALL SELECT 1) AS shifts
  CROSS JOIN settings
  WHERE mod(item, parts) = part
) AS near
JOIN (SELECT shopper, item, step, cast(floor(step / 30) AS INT) AS block FROM choices) AS others
  ON near.shopper = others.shopper AND near.block = others.block
WHERE near.item <> others.item AND abs(near.step - others.step) <= 30
GROUP BY near.item
