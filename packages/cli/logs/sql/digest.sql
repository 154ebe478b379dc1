-- The new choices in one row. Its digest adds up digits of a digest of every choice, which no order of summing changes.
-- Columns: events, first_time, last_time (milliseconds), tied, repeated (choices whose shopper's step before has the same time; also the
-- same item and type), digest.
SELECT count(*) AS events, min(time) AS first_time, max(time) AS last_time,
  count(CASE WHEN tied > 0 THEN 1 END) AS tied, count(CASE WHEN tied = 2 THEN 1 END) AS repeated,
  md5(concat(
    cast(cast(sum(ascii(substr(digits, 1, 1)) + 1000 * ascii(substr(digits, 2, 1)) + 1000000 * ascii(substr(digits, 3, 1))) AS BIGINT) AS STRING), ' ',
    cast(cast(sum(ascii(substr(digits, 4, 1)) + 1000 * ascii(substr(digits, 5, 1)) + 1000000 * ascii(substr(digits, 6, 1))) AS BIGINT) AS STRING), ' ',
    cast(cast(sum(ascii(substr(digits, 7, 1)) + 1000 * ascii(substr(digits, 8, 1)) + 1000000 * ascii(substr(digits, 9, 1))) AS BIGINT) AS STRING)
  )) AS digest
FROM (
  SELECT choices.item, time, step, tied,
    md5(concat(cast(shopper AS STRING), ' ', items.item, ' ', cast(time AS STRING), ' ', coalesce(type, ''), ' ', cast(step AS STRING))) AS digits
  FROM choices
  JOIN items ON choices.item = items.number
) AS digested
