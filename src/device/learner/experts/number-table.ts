import { MAX_ABS_Z, numberRbf } from '../../ranking';

/**
 * Cells of a table of radial basis functions, which are taken as straight within each: the error is below 1e-4 of the height of a
 * function.
 */
export const CELLS = 1024;

/** Position of a standardised number in `numberTable`; items without the number use the last row. */
export const numberPosition = (value: number): number =>
  Number.isNaN(value) ? CELLS + 1 : ((value + MAX_ABS_Z) * CELLS) / (2 * MAX_ABS_Z);

/** The radial basis functions of the numbers that items may have, evenly spaced. */
export const numberTable = (): Float32Array =>
  numberRbf(
    Float32Array.from({ length: CELLS + 2 }, (_, n) =>
      n > CELLS ? Number.NaN : (n * 2 * MAX_ABS_Z) / CELLS - MAX_ABS_Z,
    ),
  );
