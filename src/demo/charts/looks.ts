/** Color and line of a configuration: nobody has to tell lines apart only by color. */
export interface Look {
  color: string;
  /** As `stroke-dasharray`; undefined for a whole line. */
  dashes?: string;
  width: number;
}

/** The colors are in `simulate.css`, for light and dark pages. */
const LOOKS: Readonly<Record<string, Look>> = {
  random: { color: 'var(--random)', dashes: '2 3', width: 1.6 },
  popularity: { color: 'var(--popularity)', dashes: '7 4', width: 1.6 },
  content: { color: 'var(--content)', dashes: '12 3 2 3', width: 1.6 },
  terms: { color: 'var(--terms)', dashes: '4 2', width: 1.6 },
  sidestream: { color: 'var(--sidestream)', width: 2.6 },
  oracle: { color: 'var(--oracle)', dashes: '1 2', width: 1.6 },
};

/** The look of a configuration; a plain line for an unknown one. */
export const lookOf = (name: string): Look => LOOKS[name] ?? { color: 'currentColor', width: 1.6 };
