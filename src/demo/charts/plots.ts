import {
  areaY,
  axisX,
  axisY,
  barX,
  dot,
  gridX,
  gridY,
  lineY,
  type Markish,
  type PlotOptions,
  plot,
  rect,
  ruleX,
  ruleY,
  text,
} from '@observablehq/plot';
import type { BarChart, LineChart } from '../../lab/simulate';
import { type ChartFrame, sideMargins } from '../../page/element/drawing';
import { lookOf } from './looks';

/** Products of each taste in a list, choice by choice. */
interface TasteChart {
  kind: 'tastes';
  most: number;
  counts: readonly (readonly [number, number])[];
  chapters: readonly Chapter[];
}

/** Shares that add up to 1, choice by choice. */
interface ShareChart {
  kind: 'shares';
  /** From the bottom. */
  series: readonly { key: string; color: string; shares: readonly number[] }[];
  chapters: readonly Chapter[];
}

/** A stretch of choices, from and to the number of a choice. */
interface Chapter {
  from: number;
  to: number;
  taste: 0 | 1;
  name: string;
}

/** A chart of the demo. */
export type ChartData = BarChart | LineChart | TasteChart | ShareChart;

/** Room for the names of the configurations, for values with their intervals, and for the numbers of an axis. */
const [NAMES, VALUES, NUMBERS] = [78, 96, 36];
/** Height of a bar with the space around it. */
const ROW = 28;
const SMALL = 12;

/** Draws one chart. */
export function drawChart(chart: ChartData, frame: ChartFrame): Element {
  // Names and numbers are read from left to right; where they stand follows the page.
  const style = { background: 'none', color: 'inherit', fontSize: `${SMALL}px`, overflow: 'visible', direction: 'ltr' };
  return plot({ width: frame.width, style, ...optionsOf(chart, frame) });
}

function optionsOf(chart: ChartData, frame: ChartFrame): PlotOptions {
  switch (chart.kind) {
    case 'bars':
      return bars(chart, frame);
    case 'lines':
      return lines(chart, frame);
    case 'tastes':
      return tastes(chart, frame);
    case 'shares':
      return shares(chart, frame);
  }
}

/** Horizontal bars with their intervals. */
function bars({ bars: all, scale }: BarChart, frame: ChartFrame): PlotOptions {
  const { rightToLeft } = frame;
  const rows = all.map(({ name, value, text: words }) => ({
    name,
    words,
    mean: scale * value.mean,
    low: scale * value.low,
    high: scale * value.high,
  }));
  const ends = rows.flatMap(({ mean, low, high }) => [mean, low, high]).filter((value) => !Number.isNaN(value));
  const [begin, end] = rightToLeft ? (['right', 'left'] as const) : (['left', 'right'] as const);
  return {
    height: ROW * rows.length + 26,
    ...sideMargins(frame, NAMES, VALUES),
    marginTop: 2,
    marginBottom: 24,
    x: { domain: [Math.min(0, ...ends), Math.max(0, ...ends)], reverse: rightToLeft, label: null },
    y: { domain: rows.map(({ name }) => name), padding: 0.5, label: null },
    marks: [
      gridX({ ticks: 3, stroke: 'var(--line)', strokeOpacity: 1 }),
      axisX({ ticks: 3, tickSize: 0 }),
      axisY({ anchor: begin, tickSize: 0, tickPadding: 8 }),
      barX(rows, { x1: 0, x2: 'mean', y: 'name', fill: ({ name }: { name: string }) => lookOf(name).color }),
      ruleY(
        rows.filter(({ low }) => !Number.isNaN(low)),
        { x1: 'low', x2: 'high', y: 'name', strokeWidth: 1.5, marker: 'tick' },
      ),
      ruleX([0]),
      text(rows, {
        y: 'name',
        text: 'words',
        frameAnchor: end,
        textAnchor: rightToLeft ? 'end' : 'start',
        dx: rightToLeft ? -8 : 8,
      }),
    ],
  };
}

/** Lines with their intervals, and what happened at some places. */
function lines({ lines: all, scale, range, marks = [] }: LineChart, frame: ChartFrame): PlotOptions {
  const { rightToLeft, width } = frame;
  const points = all.flatMap(({ name, values }) =>
    values
      .map(({ mean, low, high }, at) => ({
        name,
        at: at + 1,
        mean: scale * mean,
        low: scale * low,
        high: scale * high,
      }))
      .filter(({ mean }) => !Number.isNaN(mean)),
  );
  const steps = Math.max(...all.map(({ values }) => values.length));
  const changes = marks.map(({ at, text: words }) => ({ at: at + 1, words }));
  const of = (wanted: string) => points.filter(({ name }) => name === wanted);
  const banded = points.filter(({ name, low: least }) => name === 'sidestream' && !Number.isNaN(least));
  const [low, high] =
    range ?? aroundOf([...points.map(({ mean }) => mean), ...banded.flatMap((one) => [one.low, one.high])]);
  return {
    height: 190,
    ...sideMargins(frame, NUMBERS, 14),
    marginTop: 18,
    marginBottom: 24,
    x: { domain: [1, steps], reverse: rightToLeft, label: null },
    y: { domain: [low, high], nice: range === undefined, label: null, clamp: true },
    marks: [
      gridY({ ticks: 4, stroke: 'var(--line)', strokeOpacity: 1 }),
      axisY({ ticks: 4, tickSize: 0, anchor: rightToLeft ? 'right' : 'left' }),
      axisX({ ticks: Math.max(2, Math.min(steps, Math.floor(width / 60))), tickSize: 3, tickFormat: whole }),
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

/** Two lines over the chapters of a scripted visit. */
function tastes({ most, counts, chapters }: TasteChart, frame: ChartFrame): PlotOptions {
  const points = counts.flatMap((count, at) => count.map((value, taste) => ({ at, taste, value })));
  const last = counts.length - 1;
  return {
    ...byChoice(chapters, last, frame),
    y: { domain: [0, most], axis: null },
    marks: [
      rect(chapters, { x1: 'from', x2: 'to', y1: 0, y2: most, fill: colorOf, fillOpacity: 0.09 }),
      ruleY([0], { stroke: 'var(--line)' }),
      ...TASTES.toReversed().flatMap((taste) => {
        const own = points.filter((point) => point.taste === taste);
        const stroke = colorOf({ taste });
        return [
          lineY(own, { x: 'at', y: 'value', stroke, strokeWidth: 3, strokeDasharray: taste === 0 ? undefined : '7 4' }),
          dot(own.slice(-1), { x: 'at', y: 'value', fill: stroke, r: 5 }),
        ];
      }),
      chapterNames(chapters),
    ],
  };
}

/** Shares, one above the other. */
function shares({ series, chapters }: ShareChart, frame: ChartFrame): PlotOptions {
  const rows = series.flatMap(({ key, shares: values }) => values.map((share, at) => ({ key, share, at })));
  const keys = series.map(({ key }) => key);
  return {
    ...byChoice(chapters, (series[0]?.shares.length ?? 1) - 1, frame),
    y: { domain: [0, 1], axis: null },
    color: { type: 'ordinal', domain: keys, range: series.map(({ color }) => color) },
    marks: [
      areaY(rows, { x: 'at', y: 'share', z: 'key', fill: 'key', order: keys, stroke: 'var(--paper)' }),
      ruleY([0], { stroke: 'var(--line)' }),
      chapterNames(chapters),
    ],
  };
}

const TASTES = [0, 1] as const;

/** The color of a taste, which is in the style sheet. */
const colorOf = ({ taste }: Pick<Chapter, 'taste'>): string => `var(--taste-${taste})`;

/** The whole script fits, and what is chosen by hand after it, too. */
const byChoice = (chapters: readonly Chapter[], last: number, { rightToLeft }: ChartFrame): PlotOptions => ({
  height: 152,
  marginTop: 6,
  marginBottom: 24,
  marginLeft: 0,
  marginRight: 0,
  x: { domain: [0, Math.max(last, chapters.at(-1)?.to ?? 0)], reverse: rightToLeft, axis: null },
});

const chapterNames = (chapters: readonly Chapter[]): Markish =>
  text(chapters, {
    x: ({ from, to }: Chapter) => (from + to) / 2,
    text: 'name',
    frameAnchor: 'bottom',
    dy: 16,
    fill: 'var(--muted)',
  });

/** Ends of an axis for these values, which may be all the same. */
function aroundOf(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low < high ? [low, high] : [low - 1, high + 1];
}

const whole = (value: number): string => (Number.isInteger(value) ? String(value) : '');
