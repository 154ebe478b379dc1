/**
 * Whether most events share their second with another event of their shopper: a log of orders gives all lines of an order the
 * same time.
 * @param sharedSecond share of the events for which this holds, 0..1; undefined if there is no log
 */
export const isOrderLog = (sharedSecond: number | null | undefined): boolean => (sharedSecond ?? 0) > 0.5;

const found = (sharedSecond: number, guessing: string): string =>
  `${(100 * sharedSecond).toFixed(1)} % of the ranked events have the time of another event of their shopper: this is a log of orders. ${guessing} how well the next line of an order is guessed from its other lines, which no list in a shop has to do.`;

/** The warning about a log of orders above the tables of the device protocol. */
export const orderLogText = (sharedSecond: number): string =>
  `${found(sharedSecond, 'Event by event (table device), the evaluation mostly measures')} Read the table baskets: it ranks all lines of an order before any of them is known.`;

/** The warning above a simulation, which has no such table. */
export const simulatedOrdersText = (sharedSecond: number): string =>
  `${found(sharedSecond, 'The simulation mostly measures')} All co-occurrence methods look good at that, so do not decide by these figures: --protocol device with the same log ranks all lines of an order before any of them is known (table baskets), and its verdict is based on that.`;
