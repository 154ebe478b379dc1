import { BarChart, LineChart } from 'echarts/charts';
import { use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { type Caption, FAINT, INK, picture, TEXT, whisker } from '../../evaluate/page';
import type { BarChart as Bars, LineChart as Lines } from '../cards';

use([BarChart, LineChart, LabelLayout]);

const ROW = 26;
/** Maximum width of a character of a value, and space between bars and values. */
const [CHARACTER, GAP] = [7.2, 10];
const LINES = 230;

/** Colour and line style of each configuration: lines must be distinguishable without colour. */
const LOOKS: Record<string, { color: string; line: 'solid' | number[] }> = {
  random: { color: 'var(--random)', line: [2, 3] },
  popularity: { color: 'var(--popularity)', line: [7, 4] },
  content: { color: 'var(--content)', line: [12, 3, 2, 3] },
  terms: { color: 'var(--terms)', line: [4, 2] },
  sidestream: { color: 'var(--sidestream)', line: 'solid' },
  oracle: { color: 'var(--oracle)', line: [1, 2] },
};
const lookOf = (name: string) => LOOKS[name] ?? { color: INK, line: 'solid' as const };

/** Horizontal bars with whiskers. */
export function barChart({ bars, scale }: Bars, caption: Caption): string {
  const height = ROW * bars.length + 34;
  const rows = [...bars.entries()];
  const values = Math.ceil(CHARACTER * Math.max(...bars.map(({ text }) => text.length)));
  const names = { type: 'category' as const, inverse: true, axisTick: { show: false } };
  return picture(caption, height, {
    grid: { left: 80, right: values + GAP, top: 6, bottom: 28 },
    xAxis: {
      ...{ type: 'value', splitNumber: 3, scale: false },
      ...{ axisLabel: { ...TEXT, fontSize: 11 }, splitLine: { lineStyle: { color: FAINT } } },
    },
    yAxis: [
      { ...names, data: bars.map(({ name }) => name), axisLabel: TEXT, axisLine: { lineStyle: { color: INK } } },
      {
        ...{ ...names, position: 'right', data: bars.map(({ text }) => text), axisLine: { show: false } },
        axisLabel: { ...TEXT, margin: values + GAP - 2, align: 'right' },
      },
    ],
    series: [
      {
        ...{ type: 'bar', barWidth: 12 },
        data: rows.map(([, { name, value }]) => ({
          value: Number.isNaN(value.mean) ? null : scale * value.mean,
          itemStyle: { color: lookOf(name).color },
        })),
      },
      {
        ...{ type: 'custom', z: 3, renderItem: whisker, encode: { x: [0, 2], y: 1 } },
        data: rows.flatMap(([row, { value }]) =>
          Number.isNaN(value.low) ? [] : [[scale * value.low, row, scale * value.high]],
        ),
      },
    ],
  });
}

/** Lines with their intervals as bands. */
export function lineChart({ lines, axis, scale, range, marks = [] }: Lines, caption: Caption): string {
  const steps = Math.max(...lines.map(({ values }) => values.length));
  const text = { ...TEXT, fontSize: 11 };
  return picture(caption, LINES, {
    grid: { left: 40, right: 82, top: 20, bottom: 40 },
    xAxis: {
      ...{ type: 'category', boundaryGap: false, data: Array.from({ length: steps }, (_, step) => String(step + 1)) },
      ...{ name: axis, nameLocation: 'middle', nameGap: 24, nameTextStyle: text },
      axisLabel: { ...text, interval: Math.max(0, Math.ceil(steps / 6) - 1) },
      ...{ axisLine: { lineStyle: { color: INK } }, axisTick: { show: false } },
    },
    yAxis: {
      ...{ type: 'value', scale: true, splitNumber: 4, axisLabel: text, splitLine: { lineStyle: { color: FAINT } } },
      ...(range ? { min: range[0], max: range[1], interval: (range[1] - range[0]) / 4 } : {}),
    },
    series: lines.flatMap(({ name, values }, n) => {
      const { color, line } = lookOf(name);
      const band = {
        type: 'line',
        stack: name,
        stackStrategy: 'all',
        symbol: 'none',
        lineStyle: { opacity: 0 },
        silent: true,
      };
      const low = values.map((value) => scale * (Number.isNaN(value.low) ? value.mean : value.low));
      return [
        { ...band, data: low },
        {
          ...band,
          data: values.map((value, step) => scale * (Number.isNaN(value.high) ? value.mean : value.high) - low[step]),
          areaStyle: { color, opacity: 0.18 },
        },
        {
          ...{ type: 'line', symbol: 'none', data: values.map(({ mean }) => scale * mean) },
          lineStyle: { color, width: name === 'sidestream' ? 2.5 : 1.7, type: line },
          endLabel: { ...text, show: true, distance: 6, formatter: name },
          labelLayout: { moveOverlap: 'shiftY' },
          ...(n === 0 && marks.length > 0 ? { markLine: marksOf(marks, text) } : {}),
        },
      ];
    }),
  });
}

const marksOf = (marks: NonNullable<Lines['marks']>, text: typeof TEXT) => ({
  ...{ silent: true, symbol: 'none', lineStyle: { color: 'var(--soft)', type: 'solid', width: 1 } },
  data: marks.map((mark) => ({ xAxis: mark.at, label: { ...text, formatter: mark.text, position: 'end' } })),
});
