-- How often the same shoppers choose two items near each other. Two choices d steps apart, in either order, weigh 1/d, up to 30 steps,
-- in millionths, rounded: sums of integers are exact and equal in every engine. Choices meet in blocks of 30 steps, so a shopper with
-- 10,000 choices costs 10,000 x 90 comparisons. An item keeps the settings.most others with the highest lift over chance,
-- weight x total / ((own mass + 30) x (other mass + 30)), and before all others those of at least settings.min_shoppers shoppers: a
-- training uses only these, but a pair may get there with later choices.
-- Made for some of the items at a time: those whose number has the remainder settings.part when divided by settings.parts.
-- Columns: item (number), other (number), weight (millionths), shoppers (a lower bound: those who had chosen neither before), rank
-- (from 1, by lift, then by number).
SELECT ranked.item, ranked.other, ranked.weight, ranked.shoppers, ranked.rank
FROM (
  SELECT summed.item, summed.other, summed.weight, summed.shoppers,
    row_number() OVER (
      PARTITION BY summed.item
      ORDER BY least(summed.shoppers, settings.min_shoppers) DESC, summed.weight / (products.mass + 30000000) DESC, summed.other
    ) AS rank
  FROM (
    SELECT item, other, cast(sum(weight) AS BIGINT) AS weight, greatest(cast(sum(shoppers) AS BIGINT), 1) AS shoppers
    FROM (
      SELECT near.item, others.item AS other, sum(round(1000000 / abs(near.step - others.step))) AS weight,
        count(CASE WHEN near.first = 1 AND others.first = 1 THEN 1 END) AS shoppers
      FROM (
        SELECT shopper, item, step, first, start, cast(floor(step / 30) AS INT) + shift AS block
        FROM neighbours
        CROSS JOIN (SELECT -1 AS shift UNION ALL SELECT 0 UNION ALL SELECT 1) AS shifts
        CROSS JOIN settings
        WHERE mod(item, parts) = part
      ) AS near
      JOIN (SELECT shopper, item, step, first, cast(floor(step / 30) AS INT) AS block FROM neighbours) AS others
        ON near.shopper = others.shopper AND near.block = others.block
      WHERE near.item <> others.item AND abs(near.step - others.step) <= 30 AND greatest(near.step, others.step) >= near.start
      GROUP BY near.item, others.item
      UNION ALL
      SELECT item, other, weight, earlier_pairs.shoppers FROM earlier_pairs CROSS JOIN settings WHERE mod(item, parts) = part
    ) AS counted
    GROUP BY item, other
  ) AS summed
  JOIN products ON summed.other = products.number
  CROSS JOIN settings
) AS ranked
CROSS JOIN settings
WHERE ranked.rank <= settings.most
