-- All shoppers of the log, so that later choices can be added to theirs.
-- Columns: id, number (see numbers), choices.
SELECT coalesce(numbers.id, earlier_shoppers.id) AS id, coalesce(numbers.number, earlier_shoppers.number) AS number,
  coalesce(counted.choices, earlier_shoppers.choices) AS choices
FROM earlier_shoppers
FULL OUTER JOIN numbers ON earlier_shoppers.number = numbers.number
LEFT JOIN (SELECT shopper, max(step) + 1 AS choices FROM choices GROUP BY shopper) AS counted ON numbers.number = counted.shopper
