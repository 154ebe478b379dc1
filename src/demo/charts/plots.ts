import {
  areaY,
  axisX,
  axisY,
  dot,
  gridY,
  lineY,
  type Markish,
  type PlotOptions,
  plot,
  rect,
  ruleY,
  text,
} from '@observablehq/plot';
import { type ChartFrame, sideMargins } from '../../page/element/drawing';

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

/** A figure after each epoch of a training, beside levels that do not change. */
interface EpochChart {
  kind: 'epochs';
  color: string;
  values: readonly number[];
  levels: readonly { value: number; color: string; dashes: string }[];
  /** Start of the axis; null for the least value. */
  from: number | null;
}

/** A range of choices, by the numbers of its first and its last choice. */
interface Chapter {
  from: number;
  to: number;
  taste: 0 | 1;
  name: string;
}

export type ChartData = TasteChart | ShareChart | EpochChart;

export function drawChart(chart: ChartData, frame: ChartFrame): Element {
  return plot({
    width: frame.width,
    // Names and numbers are read from left to right; their position follows the page.
    style: { background: 'none', color: 'inherit', fontSize: '12px', overflow: 'visible', direction: 'ltr' },
    ...(chart.kind === 'tastes' && tastes(chart, frame)),
    ...(chart.kind === 'shares' && shares(chart, frame)),
    ...(chart.kind === 'epochs' && epochs(chart, frame)),
  });
}

/** Two lines over the chapters of a scripted visit. */
function tastes({ most, counts, chapters }: TasteChart, frame: ChartFrame): PlotOptions {
  const points = counts.flatMap((count, at) => count.map((value, taste) => ({ at, taste, value })));
  return {
    ...byChoice(chapters, frame),
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
    ...byChoice(chapters, frame),
    y: { domain: [0, 1], axis: null },
    color: { type: 'ordinal', domain: keys, range: series.map(({ color }) => color) },
    marks: [
      areaY(rows, { x: 'at', y: 'share', z: 'key', fill: 'key', order: keys, stroke: 'var(--paper)' }),
      ruleY([0], { stroke: 'var(--line)' }),
      chapterNames(chapters),
    ],
  };
}

function epochs({ values, color, levels, from }: EpochChart, frame: ChartFrame): PlotOptions {
  const points = values.map((value, at) => ({ epoch: at + 1, value }));
  const all = [...values, ...levels.map(({ value }) => value)];
  const low = from ?? Math.min(...all);
  const high = Math.max(...all, low);
  const end = Math.max(2, values.length);
  return {
    height: 190,
    marginTop: 10,
    marginBottom: 24,
    ...sideMargins(frame, 36, 14),
    x: { domain: [1, end], reverse: frame.rightToLeft, label: null },
    y: { domain: [low, high > low ? high : low + 1], nice: true, label: null },
    marks: [
      gridY({ ticks: 4, stroke: 'var(--line)', strokeOpacity: 1 }),
      axisY({ ticks: 4, tickSize: 0, anchor: frame.rightToLeft ? 'right' : 'left' }),
      axisX({
        ticks: Math.min(end, 8),
        tickSize: 3,
        tickFormat: (at: number) => (Number.isInteger(at) ? `${at}` : ''),
      }),
      ...levels.map(({ value, color: stroke, dashes }) =>
        ruleY([value], { stroke, strokeWidth: 2, strokeDasharray: dashes }),
      ),
      lineY(points, { x: 'epoch', y: 'value', stroke: color, strokeWidth: 3 }),
      dot(points, { x: 'epoch', y: 'value', fill: color, r: 3.5 }),
    ],
  };
}

const TASTES = [0, 1] as const;

/** The color of a taste, which is in the style sheet. */
const colorOf = ({ taste }: Pick<Chapter, 'taste'>): string => `var(--taste-${taste})`;

/** Wide enough for the whole script. */
const byChoice = (chapters: readonly Chapter[], { rightToLeft }: ChartFrame): PlotOptions => ({
  height: 152,
  marginTop: 6,
  marginBottom: 24,
  marginLeft: 0,
  marginRight: 0,
  x: { domain: [0, chapters.at(-1)?.to ?? 0], reverse: rightToLeft, axis: null },
});

const chapterNames = (chapters: readonly Chapter[]): Markish =>
  text(chapters, {
    x: ({ from, to }: Chapter) => (from + to) / 2,
    text: 'name',
    frameAnchor: 'bottom',
    dy: 16,
    fill: 'var(--muted)',
  });
