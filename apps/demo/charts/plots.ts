import { axisX, axisY, dot, gridY, lineY, type PlotOptions, plot, rect, ruleY, text } from '@observablehq/plot';

/** The space for a chart, px, and the page's reading direction. */
interface ChartFrame {
  width: number;
  rightToLeft: boolean;
}

/** Products of each taste in a list, choice by choice. */
interface TasteChart {
  kind: 'tastes';
  most: number;
  counts: readonly (readonly [number, number])[];
  chapters: readonly Chapter[];
}

/** A figure after each epoch of a training, beside levels that do not change. */
interface EpochChart {
  kind: 'epochs';
  color: string;
  values: readonly number[];
  levels: readonly { value: number; color: string; dashes: string }[];
}

/** A range of choices, by the numbers of its first and its last choice. */
interface Chapter {
  from: number;
  to: number;
  taste: 0 | 1;
  name: string;
}

export type ChartData = TasteChart | EpochChart;

export function drawChart(chart: ChartData, frame: ChartFrame): Element {
  return plot({
    width: frame.width,
    // Names and numbers are read from left to right; their position follows the page.
    style: { background: 'none', color: 'inherit', fontSize: '12px', overflow: 'visible', direction: 'ltr' },
    ...(chart.kind === 'tastes' && tastes(chart, frame)),
    ...(chart.kind === 'epochs' && epochs(chart, frame)),
  });
}

/** Two lines over the chapters of a scripted visit. */
function tastes({ most, counts, chapters }: TasteChart, frame: ChartFrame): PlotOptions {
  const points = counts.flatMap((count, at) => count.map((value, taste) => ({ at, taste, value })));
  return {
    height: 152,
    marginTop: 6,
    marginBottom: 24,
    marginLeft: 0,
    marginRight: 0,
    // Wide enough for the whole script.
    x: { domain: [0, chapters.at(-1)?.to ?? 0], reverse: frame.rightToLeft, axis: null },
    y: { domain: [0, most], axis: null },
    marks: [
      rect(chapters, { x1: 'from', x2: 'to', y1: 0, y2: most, fill: colorOf, fillOpacity: 0.09 }),
      ruleY([0], { stroke: 'var(--line)' }),
      ...([1, 0] as const).flatMap((taste) => {
        const own = points.filter((point) => point.taste === taste);
        const stroke = colorOf({ taste });
        return [
          lineY(own, { x: 'at', y: 'value', stroke, strokeWidth: 3, strokeDasharray: taste === 0 ? undefined : '7 4' }),
          dot(own.slice(-1), { x: 'at', y: 'value', fill: stroke, r: 5 }),
        ];
      }),
      text(chapters, {
        x: ({ from, to }: Chapter) => (from + to) / 2,
        text: 'name',
        frameAnchor: 'bottom',
        dy: 16,
        fill: 'var(--muted)',
      }),
    ],
  };
}

function epochs({ values, color, levels }: EpochChart, frame: ChartFrame): PlotOptions {
  const points = values.map((value, at) => ({ epoch: at + 1, value }));
  const high = Math.max(...values, ...levels.map(({ value }) => value));
  const end = Math.max(2, values.length);
  return {
    height: 190,
    marginTop: 10,
    marginBottom: 24,
    ...(frame.rightToLeft ? { marginRight: 36, marginLeft: 14 } : { marginLeft: 36, marginRight: 14 }),
    x: { domain: [1, end], reverse: frame.rightToLeft, label: null },
    y: { domain: [0, high > 0 ? high : 1], nice: true, label: null },
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

/** The color of a taste, which is in the style sheet. */
const colorOf = ({ taste }: Pick<Chapter, 'taste'>): string => `var(--taste-${taste})`;
