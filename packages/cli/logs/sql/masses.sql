-- The sum of the weights of all new pairs of each item (see pairs), before any pair is counted: every choice meets the 30 before and
-- after it (the first part), but not those of the same item (the second part).
-- Columns: item (number), mass (millionths).
SELECT item, cast(sum(mass) AS BIGINT) AS mass
FROM (
  SELECT item, sum(round(1000000 / distance) * choices) AS mass
  FROM (
    SELECT item, nearest, farthest, count(*) AS choices
    FROM (
      SELECT item, 1 AS nearest, least(step, 30) AS farthest FROM neighbours WHERE step >= start
      UNION ALL
      SELECT item, greatest(1, start - step) AS nearest, least(last - step, 30) AS farthest FROM neighbours
    ) AS sides
    GROUP BY item, nearest, farthest
  ) AS counted
  JOIN (
    SELECT 10 * tens.digit + ones.digit + 1 AS distance
    FROM (SELECT 0 AS digit UNION ALL SELECT 1 UNION ALL SELECT 2) AS tens
    CROSS JOIN (
      SELECT 0 AS digit UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4
      UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9
    ) AS ones
  ) AS distances ON distance BETWEEN nearest AND farthest
  GROUP BY item
  UNION ALL
  SELECT near.item, -sum(round(1000000 / abs(near.step - others.step))) AS mass
  FROM (
    SELECT shopper, item, step, start, cast(floor(step / 30) AS INT) + shift AS block
    FROM neighbours
    CROSS JOIN (SELECT -1 AS shift UNION ALL SELECT 0 UNION ALL SELECT 1) AS shifts
  ) AS near
  JOIN (SELECT shopper, item, step, cast(floor(step / 30) AS INT) AS block FROM neighbours) AS others
    ON near.shopper = others.shopper AND near.item = others.item AND near.block = others.block
  WHERE near.step <> others.step AND abs(near.step - others.step) <= 30 AND greatest(near.step, others.step) >= near.start
  GROUP BY near.item
) AS parts
GROUP BY item
