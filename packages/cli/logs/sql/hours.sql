-- The choices before each hour of the log. With them, the places in the whole log are counted hour by hour: no engine has to sort the
-- whole log at once.
-- Columns: hour (since 1970), earlier (number of choices in earlier hours).
SELECT hour, cast(settings.earlier_events + sum(choices) OVER (ORDER BY hour) - choices AS BIGINT) AS earlier
FROM (
  SELECT cast(floor(events.time / 3600000) AS BIGINT) AS hour, count(*) AS choices
  FROM events
  JOIN shoppers ON events.shopper = shoppers.id
  GROUP BY cast(floor(events.time / 3600000) AS BIGINT)
) AS counted
CROSS JOIN settings
