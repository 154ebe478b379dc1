-- The choices whose pairs are counted: the new ones, and the 30 of the same shopper before them.
-- Columns: shopper, item, step and first (see choices), start and last (steps of the shopper's first and last new choice).
SELECT kept.shopper, kept.item, kept.step, kept.first, ends.start, ends.last
FROM (
  SELECT shopper, item, step, first FROM choices
  UNION ALL
  SELECT shopper, item, step, first FROM earlier_choices
) AS kept
JOIN (SELECT shopper, min(step) AS start, max(step) AS last FROM choices GROUP BY shopper) AS ends ON kept.shopper = ends.shopper
WHERE kept.step >= ends.start - 30
