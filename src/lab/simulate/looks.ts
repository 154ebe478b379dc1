/** Color and line of a configuration: nobody has to tell lines apart by color alone. */
export interface Look {
  color: string;
  /** As `stroke-dasharray`; undefined for a whole line. */
  dashes?: string;
  /** Thickness in pixels. */
  width: number;
}

/** The colors are those of the page, light and dark. */
const LOOKS: Readonly<Record<string, Look>> = {
  random: { color: 'var(--random)', dashes: '2 3', width: 1.6 },
  popularity: { color: 'var(--popularity)', dashes: '7 4', width: 1.6 },
  content: { color: 'var(--content)', dashes: '12 3 2 3', width: 1.6 },
  terms: { color: 'var(--terms)', dashes: '4 2', width: 1.6 },
  sidestream: { color: 'var(--sidestream)', width: 2.6 },
  oracle: { color: 'var(--oracle)', dashes: '1 2', width: 1.6 },
};

/** The look of a configuration; a plain line for one that has none. */
export const lookOf = (name: string): Look => LOOKS[name] ?? { color: 'currentColor', width: 1.6 };
