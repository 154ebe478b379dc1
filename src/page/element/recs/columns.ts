/** Maximum width of a card in a single row, in minimum card widths. */
const WIDEST = '5 / 3';
/** How much narrower than their space the columns must be, so rounding does not change their number. */
const ROUNDING = '0.05px';
/** Scales the excess of a width that does not fit beyond every width that does. */
const OVERFLOW_FACTOR = 9999;

/** Part of the next card that a row shows, so shoppers see that there are more. */
const PEEK = 0.35;

/**
 * The declaration of `--_track` for a row that scrolls: the largest number of cards that fit at their size, and a part of the
 * next; on a narrow screen, two. A row whose cards all fit shows no part.
 * @param count cards of the row, 1 or more
 */
export function trackOf(count: number): string {
  const widths = Array.from({ length: Math.max(0, count - 3) }, (_, n) => {
    const width = `(100% - ${n + 3} * var(--_gap)) / ${n + 3 + PEEK}`;
    return `${width} + max(0px, (var(--_card) - ${width}) * ${OVERFLOW_FACTOR})`;
  });
  const all = `var(--_card) + max(0px, (${count} * (var(--_card) + var(--_gap)) - var(--_gap) - 100%) * ${OVERFLOW_FACTOR})`;
  return `--_track: min(${['42cqi', ...widths, all].join(', ')})`;
}

/**
 * The declaration of `--_track`, the column width of a grid that makes its cards fill their rows: six cards become two rows of
 * three where four would fit side by side. It uses the largest number of columns that fits and divides the cards into equal rows,
 * apart from the last one; two columns always fit. Cards in a single row do not grow without limit.
 *
 * It is CSS rather than a measurement: the outlines of a loading list have their columns before any script could measure them.
 * @param count cards of the grid, 1 or more
 */
export function columnsOf(count: number): string {
  const rows = Array.from({ length: count }, (_, n) => n + 1);
  const numbers = [...new Set(rows.map((n) => Math.ceil(count / n)))].filter((columns) => columns > 1 || count === 1);
  const widths = numbers.map((columns) => {
    const width = `(100% - ${columns - 1} * var(--_gap)) / ${columns}`;
    const shown = columns === count ? `min(${width}, var(--_card) * ${WIDEST})` : width;
    const excess = `max(0px, (var(--_least) - ${width} - 0.5px) * ${OVERFLOW_FACTOR})`;
    return columns > 2 ? `${shown} + ${excess}` : shown;
  });
  return `--_track: calc(min(${widths.join(', ')}) - ${ROUNDING})`;
}
