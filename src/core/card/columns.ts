/** Maximum width of a card in a single row, in minimum card widths. */
const WIDEST = '5 / 3';
/** How much narrower than their space the columns must be, so rounding does not change their number. */
const ROUNDING = '0.05px';
/** Scales the excess of a width that does not fit beyond every width that does. */
const OVERFLOW_FACTOR = 9999;

/** Part of the next card that a row shows, so shoppers see that there are more. */
const PEEK = 0.35;
/** Cards that are side by side in a row at most. */
const MAX_SIDE_BY_SIDE = 12;

/** Whole numbers from one to another. */
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

const widthOf = (columns: number, gaps: number): string => `(100% - ${gaps} * var(--_gap)) / ${columns}`;

/** Adds so much to a width that another one is chosen, if there is less room than a card needs. */
const unless = (room: string, card: string): string => ` + max(0px, (${card} - ${room}) * ${OVERFLOW_FACTOR})`;

/**
 * The width of the cards of a row that scrolls: that of the largest number of cards that fit at their size beside a part of the
 * next one; on a narrow screen, of two.
 */
export const rowTrack = (): string => {
  const widths = numbers(3, MAX_SIDE_BY_SIDE).map(
    (n) => widthOf(n + PEEK, n) + unless(widthOf(n + PEEK, n), 'var(--_card)'),
  );
  return `min(42cqi, ${widths.join(', ')})`;
};

/**
 * The declaration of `--_track`, the column width of a grid that makes its cards fill their rows: six cards become two rows of
 * three where four would fit side by side. It uses the largest number of columns that fits and divides the cards into equal rows,
 * apart from the last one; two columns always fit. Cards in a single row do not grow without limit.
 *
 * It is CSS rather than a measurement: the outlines of a loading list have their columns before any script could measure them.
 * @param count cards of the grid, 1 or more
 */
export function columnsOf(count: number): string {
  const rows = new Set(numbers(1, count).map((n) => Math.ceil(count / n)));
  const possible = [...rows].filter((columns) => columns > 1 || count === 1);
  const widths = possible.map((columns) => {
    const width = widthOf(columns, columns - 1);
    const shown = columns === count ? `min(${width}, var(--_card) * ${WIDEST})` : width;
    return columns > 2 ? shown + unless(width, 'var(--_least) - 0.5px') : shown;
  });
  return `--_track: calc(min(${widths.join(', ')}) - ${ROUNDING})`;
}
