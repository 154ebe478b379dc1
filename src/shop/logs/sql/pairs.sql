-- How often the same shoppers choose two items near each other. Two choices d steps apart, in either order, weigh 1/d, up to 30 steps,
-- in millionths, rounded: sums of integers are exact and equal in every engine. Choices meet in blocks of 30 steps, so a shopper with
-- 10,000 choices costs 10,000 x 90 comparisons. An item keeps the settings.most others with the highest lift over chance,
-- weight x total / ((own mass + 30) x (other mass + 30)). Pairs of fewer than settings.min_shoppers shoppers are left out.
-- Made for some of the items at a time: those whose number has the remainder settings.part when divided by settings.parts.
-- Columns: item (number), other (number), weight (millionths), shoppers (a lower bound: those who had chosen neither before), rank
-- (from 1, by lift, then by number).
SELECT ranked.item, ranked.other, ranked.weight, ranked.shoppers, ranked.rank
FROM (
  SELECT counted.item, counted.other, cast(counted.weight AS BIGINT) AS weight, greatest(counted.shoppers, 1) AS shoppers,
    row_number() OVER (PARTITION BY counted.item ORDER BY counted.weight / (products.mass + 30000000) DESC, counted.other) AS rank
  FROM (
    SELECT near.item, others.item AS other, sum(round(1000000 / abs(near.step - others.step))) AS weight,
      count(CASE WHEN near.first = 1 AND others.first = 1 THEN 1 END) AS shoppers
    FROM (
      SELECT shopper, item, step, first, cast(floor(step / 30) AS INT) + shift AS block
      FROM choices
      CROSS JOIN (SELECT -1 AS shift UNION ALL SELECT 0 UNION ALL SELECT 1) AS shifts
      CROSS JOIN settings
      WHERE mod(item, parts) = part
    ) AS near
    JOIN (SELECT shopper, item, step, first, cast(floor(step / 30) AS INT) AS block FROM choices) AS others
      ON near.shopper = others.shopper AND near.block = others.block
    WHERE near.item <> others.item AND abs(near.step - others.step) <= 30
    GROUP BY near.item, others.item
  ) AS counted
  JOIN products ON counted.other = products.number
  CROSS JOIN settings
  WHERE greatest(counted.shoppers, 1) >= settings.min_shoppers
) AS ranked
CROSS JOIN settings
WHERE ranked.rank <= settings.most
