import { areaY, dot, lineY, type Markish, type PlotOptions, plot, rect, ruleY, text } from '@observablehq/plot';
import { type BarChart, chartOptions, chartStyle, type LineChart } from '../../lab/simulate/charts';
import type { ChartFrame } from '../../page/element/drawing';

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
  /** In stacking order, from the bottom. */
  series: readonly { key: string; color: string; shares: readonly number[] }[];
  chapters: readonly Chapter[];
}

/** A range of choices, by the numbers of its first and its last choice. */
interface Chapter {
  from: number;
  to: number;
  taste: 0 | 1;
  name: string;
}

export type ChartData = BarChart | LineChart | TasteChart | ShareChart;

export function drawChart(chart: ChartData, frame: ChartFrame): Element {
  switch (chart.kind) {
    case 'tastes':
      return plot({ ...chartStyle(frame), ...tastes(chart, frame) });
    case 'shares':
      return plot({ ...chartStyle(frame), ...shares(chart, frame) });
    default:
      return plot(chartOptions(chart, frame));
  }
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

/** Wide enough for the whole script and for choices by hand after it. */
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
