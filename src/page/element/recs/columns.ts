/** Width of a card that has the room of more, in least widths of a card. */
const WIDEST = '5 / 3';
/** What the columns have to be narrower than their room for rounding to leave their number as it is. */
const ROUNDING = '0.05px';
/** Makes a width that does not fit larger than every one that does. */
const TOO_WIDE = 9999;

/**
 * The declaration of `--_track`, the width of the columns of a grid, by which its cards fill their rows: six cards are two rows
 * of three where four fit beside each other. Of the numbers of columns that divide the cards into equal rows, the
 * last one aside, it is the largest that fits; two always do. Cards in a single row do not grow without limit.
 *
 * CSS and not measured: the outlines of a loading list have their columns before any script could measure them.
 * @param count cards of the grid, from 1 on
 */
export function columnsOf(count: number): string {
  const rows = Array.from({ length: count }, (_, n) => n + 1);
  const numbers = [...new Set(rows.map((n) => Math.ceil(count / n)))].filter((columns) => columns > 1 || count === 1);
  const widths = numbers.map((columns) => {
    const width = `(100% - ${columns - 1} * var(--_gap)) / ${columns}`;
    const shown = columns === count ? `min(${width}, var(--_card) * ${WIDEST})` : width;
    const excess = `max(0px, (var(--_least) - ${width} - 0.5px) * ${TOO_WIDE})`;
    return columns > 2 ? `${shown} + ${excess}` : shown;
  });
  return `--_track: calc(min(${widths.join(', ')}) - ${ROUNDING})`;
}
