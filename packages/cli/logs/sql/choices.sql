-- The new choices, shopper by shopper, oldest first: what a training reads.
-- Columns: shopper (see numbers), item (number), time (milliseconds), type, place (in the whole log, from 0), step (among the shopper's
-- own, from 0), first (1 if the shopper chose the item for the first time, otherwise 0), tied (1 if the shopper's step before has the
-- same time, 2 if it also has the same item and type, otherwise 0).
SELECT numbers.number AS shopper, places.item, places.time, places.type, places.place,
  cast(numbers.step + row_number() OVER (PARTITION BY numbers.number ORDER BY places.place) - 1 AS INT) AS step,
  CASE
    WHEN known.item IS NULL AND row_number() OVER (PARTITION BY numbers.number, places.item ORDER BY places.place) = 1 THEN 1
    ELSE 0
  END AS first,
  CASE
    WHEN lag(places.time) OVER (PARTITION BY numbers.number ORDER BY places.place) <> places.time THEN 0
    WHEN lag(places.item) OVER (PARTITION BY numbers.number ORDER BY places.place) <> places.item THEN 1
    WHEN lag(coalesce(places.type, '')) OVER (PARTITION BY numbers.number ORDER BY places.place) <> coalesce(places.type, '') THEN 1
    WHEN lag(places.time) OVER (PARTITION BY numbers.number ORDER BY places.place) IS NULL THEN 0
    ELSE 2
  END AS tied
FROM places
JOIN numbers ON places.shopper = numbers.shopper
LEFT JOIN (SELECT shopper, item FROM earlier_choices WHERE first = 1) AS known
  ON numbers.number = known.shopper AND places.item = known.item
ORDER BY shopper, step
