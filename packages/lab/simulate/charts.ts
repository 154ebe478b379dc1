import {
  areaY,
  axisX,
  axisY,
  barX,
  gridX,
  gridY,
  lineY,
  type PlotOptions,
  ruleX,
  ruleY,
  text,
} from '@observablehq/plot';
import type { Interval } from './figures';

/** Room for the names of the configurations, for values with their intervals, and for the numbers of an axis. */
const [NAMES, VALUES, NUMBERS] = [78, 96, 36];
/** Height of a bar with the space around it. */
const ROW = 28;

const WIDTH = 340;
const SHARED: PlotOptions = { width: WIDTH, style: { color: 'inherit', direction: 'ltr' } };

/**
 * Color of a configuration in light and dark pages, and its line, in pixels and as `stroke-dasharray`: nobody has to tell lines apart
 * only by color.
 */
const LOOKS: Readonly<Record<string, { color: string; dashes?: string; width: number }>> = {
  random: { color: 'var(--random)', dashes: '2 3', width: 1.6 },
  popularity: { color: 'var(--popularity)', dashes: '7 4', width: 1.6 },
  content: { color: 'var(--content)', dashes: '12 3 2 3', width: 1.6 },
  terms: { color: 'var(--terms)', dashes: '4 2', width: 1.6 },
  sidestream: { color: 'var(--sidestream)', width: 2.6 },
  oracle: { color: 'var(--oracle)', dashes: '1 2', width: 1.6 },
};

/** The style of a configuration; a plain line without one. */
export const lookOf = (name: string): (typeof LOOKS)[string] => LOOKS[name] ?? { color: 'currentColor', width: 1.6 };

/**
 * Horizontal bars with their intervals.
 * @param all a configuration each, with its value in words
 * @param scale factor of the values: 100 for shares in percent
 */
export function barChart(all: readonly { name: string; value: Interval; text: string }[], scale: number): PlotOptions {
  const rows = all.map(({ name, value, text: words }) => ({
    name,
    words,
    mean: scale * value.mean,
    low: scale * value.low,
    high: scale * value.high,
  }));
  const ends = rows.flatMap(({ mean, low, high }) => [mean, low, high]).filter((value) => !Number.isNaN(value));
  return {
    ...SHARED,
    height: ROW * rows.length + 26,
    marginTop: 2,
    marginBottom: 24,
    marginLeft: NAMES,
    marginRight: VALUES,
    x: { domain: [Math.min(0, ...ends), Math.max(0, ...ends)], label: null },
    y: { domain: rows.map(({ name }) => name), padding: 0.5, label: null },
    marks: [
      gridX({ ticks: 3, stroke: 'var(--line)', strokeOpacity: 1 }),
      axisX({ ticks: 3, tickSize: 0 }),
      axisY({ anchor: 'left', tickSize: 0, tickPadding: 8 }),
      barX(rows, { x1: 0, x2: 'mean', y: 'name', fill: ({ name }: { name: string }) => lookOf(name).color }),
      ruleY(
        rows.filter(({ low }) => !Number.isNaN(low)),
        { x1: 'low', x2: 'high', y: 'name', strokeWidth: 1.5, marker: 'tick' },
      ),
      ruleX([0]),
      text(rows, {
        y: 'name',
        text: 'words',
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 8,
      }),
    ],
  };
}

export interface LineChart {
  lines: readonly { name: string; values: readonly Interval[] }[];
  /** Factor of the values: 100 for shares in percent. */
  scale: number;
  /** Ends of the vertical axis. Default: around the values. */
  range?: readonly [number, number];
  /** Positions on the horizontal axis, from 0, of marked events, with their labels. */
  marks?: readonly { at: number; text: string }[];
}

/** Lines with their intervals and marked events. */
export function lineChart({ lines: all, scale, range, marks = [] }: LineChart): PlotOptions {
  const points = all.flatMap(({ name, values }) =>
    values
      .map(({ mean, low, high }, n) => ({ name, at: n + 1, mean: scale * mean, low: scale * low, high: scale * high }))
      .filter(({ mean }) => !Number.isNaN(mean)),
  );
  const steps = Math.max(...all.map(({ values }) => values.length));
  const changes = marks.map(({ at, text: words }) => ({ at: at + 1, words }));
  const of = (wanted: string) => points.filter(({ name }) => name === wanted);
  const banded = points.filter(({ name, low: least }) => name === 'sidestream' && !Number.isNaN(least));
  const [low, high] =
    range ?? aroundOf([...points.map(({ mean }) => mean), ...banded.flatMap((one) => [one.low, one.high])]);
  return {
    ...SHARED,
    height: 190,
    marginTop: 18,
    marginBottom: 24,
    marginLeft: NUMBERS,
    marginRight: 14,
    x: { domain: [1, steps], label: null },
    y: { domain: [low, high], nice: range === undefined, label: null, clamp: true },
    marks: [
      gridY({ ticks: 4, stroke: 'var(--line)', strokeOpacity: 1 }),
      axisY({ ticks: 4, tickSize: 0, anchor: 'left' }),
      axisX({ ticks: Math.max(2, Math.min(steps, Math.floor(WIDTH / 60))), tickSize: 3, tickFormat: whole }),
      areaY(banded, { x: 'at', y1: 'low', y2: 'high', fill: lookOf('sidestream').color, fillOpacity: 0.15 }),
      ruleX(changes, { x: 'at', strokeOpacity: 0.6 }),
      text(changes, { x: 'at', text: 'words', frameAnchor: 'top', dy: -14 }),
      ...all.map(({ name }) => {
        const { color, dashes, width: thick } = lookOf(name);
        return lineY(of(name), { x: 'at', y: 'mean', stroke: color, strokeWidth: thick, strokeDasharray: dashes });
      }),
    ],
  };
}

/** Ends of an axis for these values, which may all be equal. */
function aroundOf(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low < high ? [low, high] : [low - 1, high + 1];
}

const whole = (value: number): string => (Number.isInteger(value) ? String(value) : '');
