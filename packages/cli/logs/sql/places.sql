-- The choices in the order of the log. Events of one time stand in no order: many files sort the lines of an order by item, and a model
-- that learns line by line would learn that. So their order is drawn, by the first 12 digits of a digest of item, time and seed.
-- Columns: shopper (number by id), item (number), time (milliseconds), type, place (in the whole log, from 0).
SELECT shopper, item, time, type,
  cast(earlier + row_number() OVER (PARTITION BY kept.hour ORDER BY time, draw, shopper, item, coalesce(type, '')) - 1 AS BIGINT) AS place
FROM (
  SELECT shoppers.number AS shopper, items.number AS item, events.time, events.type,
    substr(md5(concat(events.item, ' ', cast(events.time AS STRING), ' ', cast(settings.seed AS STRING))), 1, 12) AS draw,
    cast(floor(events.time / 3600000) AS BIGINT) AS hour
  FROM events
  JOIN shoppers ON events.shopper = shoppers.id
  JOIN items ON events.item = items.item
  CROSS JOIN settings
) AS kept
JOIN hours ON kept.hour = hours.hour
