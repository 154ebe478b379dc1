-- The choices, shopper by shopper, oldest first: what a training reads.
-- Columns: shopper (from 0, by first choice), item (number), time (milliseconds), type, place (in the whole log, from 0), step (among
-- the shopper's own, from 0), first (1 if the shopper chose the item for the first time, otherwise 0), tied (1 if the shopper's step
-- before has the same time, 2 if it also has the same item and type, otherwise 0).
SELECT numbered.number AS shopper, places.item, places.time, places.type, places.place,
  cast(row_number() OVER (PARTITION BY numbered.number ORDER BY places.place) - 1 AS INT) AS step,
  CASE WHEN row_number() OVER (PARTITION BY numbered.number, places.item ORDER BY places.place) = 1 THEN 1 ELSE 0 END AS first,
  CASE
    WHEN lag(places.time) OVER (PARTITION BY numbered.number ORDER BY places.place) <> places.time THEN 0
    WHEN lag(places.item) OVER (PARTITION BY numbered.number ORDER BY places.place) <> places.item THEN 1
    WHEN lag(coalesce(places.type, '')) OVER (PARTITION BY numbered.number ORDER BY places.place) <> coalesce(places.type, '') THEN 1
    WHEN lag(places.time) OVER (PARTITION BY numbered.number ORDER BY places.place) IS NULL THEN 0
    ELSE 2
  END AS tied
FROM places
JOIN (
  SELECT shopper, cast(row_number() OVER (ORDER BY min(place)) - 1 AS INT) AS number FROM places GROUP BY shopper
) AS numbered ON places.shopper = numbered.shopper
ORDER BY shopper, step
