-- The choices before each hour of the log. With them, the places in the whole log are counted hour by hour: no engine has to sort the
-- whole log at once.
-- Columns: hour (since 1970), earlier (number of choices in earlier hours).
SELECT hour, cast(sum(choices) OVER (ORDER BY hour) - choices AS BIGINT) AS earlier
FROM (
  SELECT cast(floor(events.time / 3600000) AS BIGINT) AS hour, count(*) AS choices
  FROM events
  JOIN shoppers ON events.shopper = shoppers.shopper
  JOIN items ON events.item = items.item
  CROSS JOIN settings
  WHERE events.time IS NOT NULL AND (settings.until IS NULL OR events.time < settings.until)
  GROUP BY cast(floor(events.time / 3600000) AS BIGINT)
) AS counted
