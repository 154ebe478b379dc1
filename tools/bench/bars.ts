/** A figure that must not become worse than a bound. */
export interface Bar {
  name: string;
  /** Of two figures measured in the same run; of a time, a size or a count, its share of the most allowed. */
  ratio: number;
  /** Bound of the ratio. */
  bar: number;
  met: boolean;
  /** The side of the bound on which the ratio must be. */
  side: 'at least' | 'at most';
  /** The figures behind the ratio, in words. */
  measured: string;
}

/** A ratio that must not be smaller than the bar. */
export const atLeast = (name: string, bar: number, ratio: number, measured: string): Bar => ({
  ...{ name, ratio, bar, met: ratio >= bar, side: 'at least', measured },
});

/** A ratio that must not be larger than the bar. */
export const atMost = (name: string, bar: number, ratio: number, measured: string): Bar => ({
  ...{ name, ratio, bar, met: ratio <= bar, side: 'at most', measured },
});

/**
 * A time, a size or a count with a limit: the ratio is its share of the limit.
 * @param unit as it is written after the figure, such as `ms` or `kB`
 */
export const within = (name: string, limit: number, figure: number, unit: string, more = ''): Bar =>
  atMost(name, 1, figure / limit, `${round(figure)} ${unit} of ${limit} ${unit}${more ? `; ${more}` : ''}`);

/** A figure beside the bars: what peers need, and how the time is spent. */
export interface Figure {
  name: string;
  measured: string;
}

/** What the benchmarks of one area found. */
export interface AreaResult {
  bars: Bar[];
  /** Default none. */
  figures?: Figure[];
  /** What the plots of the manual are drawn of, by plot; names of bars that belong together, with a value each. */
  series?: Record<string, { unit: string; values: { name: string; value: number }[] }>;
}

/** Benchmarks of one subject; a process of its own runs each. */
export interface Area {
  /** In a few words, for people. */
  title: string;
  /** @param say prints a line of progress */
  measure(say: (line: string) => void): Promise<AreaResult>;
}

const round = (figure: number): string =>
  figure.toLocaleString('en', { maximumFractionDigits: figure < 10 ? 2 : 0, useGrouping: true });
