import type { EChartsOption, LineSeriesOption } from 'echarts';
import type { TraceStep, Turns } from '../src/testing/returning-shopper';
import { FAINT, heading, INK, MISSED, OWN, type Plot, TEXT, WIDTH } from './plots-panels';

/** A visit, and the same choices where nothing but the personal weights of the terms learns. */
export interface TracedVisit extends Turns {
  steps: TraceStep[];
  withoutExperts: TraceStep[];
}

const [LEFT, RIGHT] = [64, 200];
const HEIGHT = 190;
const TOPS = [118, 386];
/** Kept experts, oldest first. */
const KEPT = ['#3f9d6b', '#8e6bbf', '#b3831f', '#c05a8e'];
const CANDIDATES = '#a3abb4';

/** Whether the learner kept an expert beside the generalist, whose id is 0. */
export const keptExperts = ({ steps }: Pick<TracedVisit, 'steps'>): boolean =>
  steps.some(({ experts }) => [...experts.keys()].some((id) => id > 0));

/**
 * Above, how lists follow: the mean over all visits. Below, what the experts of one visit do.
 * @param shown the visit below
 */
export function turnsPlot(visits: readonly TracedVisit[], shown: TracedVisit): Plot {
  const { choices, kinds, steps } = shown;
  const ids = [...new Set(steps.flatMap(({ experts }) => [...experts.keys()]))].sort((a, b) => a - b);
  const shares = (of: (step: TraceStep) => number): [number, number][] => steps.map((step, at) => [at, 100 * of(step)]);
  const parts = [
    ...ids.map((id) => ({
      name: id === 0 ? 'generalist' : `expert ${id}`,
      color: id === 0 ? OWN : KEPT[(ids.indexOf(id) - 1) % KEPT.length],
      data: shares(({ experts }) => experts.get(id) ?? 0),
    })),
    { name: 'candidates, on trial', color: CANDIDATES, data: shares(({ candidates }) => candidates) },
  ];
  const kept = visits.filter(keptExperts).length;
  const titles = [
    `Products of the wanted kind among the first ten, mean of ${visits.length} visits`,
    `How probable each expert is, in one visit: ${kinds[0]}, ${kinds[1]}, ${kinds[0]}`,
  ];
  const option: EChartsOption = {
    animation: false,
    textStyle: TEXT,
    title: [
      heading(
        'A shopper who changes to another kind of product, and comes back',
        `The learner of the page, on the demo catalogue. In ${kept} of ${visits.length} visits it kept an expert beside the generalist`,
      ),
      ...titles.map((text, n) => ({
        ...{ text, left: 16, top: TOPS[n] - (n === 0 ? 48 : 30), padding: 0 },
        textStyle: { ...TEXT, fontWeight: 'bold' as const },
      })),
    ],
    grid: TOPS.map((top) => ({ left: LEFT, right: RIGHT, top, height: HEIGHT })),
    xAxis: TOPS.map((_, gridIndex) => ({
      ...{ type: 'value' as const, gridIndex, min: 0, max: steps.length - 1, interval: 5 },
      ...(gridIndex === 1
        ? { name: 'choices', nameLocation: 'middle' as const, nameGap: 30, nameTextStyle: TEXT }
        : {}),
      axisLabel: { ...TEXT, fontSize: 13 },
      axisLine: { lineStyle: { color: INK } },
      splitLine: { show: false },
    })),
    yAxis: [
      { max: 10, interval: 5, label: '{value}' },
      { max: 100, interval: 50, label: '{value} %' },
    ].map(({ max, interval, label }, gridIndex) => ({
      ...{ type: 'value' as const, gridIndex, min: 0, max, interval },
      axisLabel: { ...TEXT, fontSize: 13, formatter: label },
      splitLine: { lineStyle: { color: FAINT } },
    })),
    series: [
      turnLines(choices),
      ...wantedLines(visits, choices),
      ...parts.map(
        ({ name, color, data }): LineSeriesOption => ({
          ...{ type: 'line', name, data, xAxisIndex: 1, yAxisIndex: 1, stack: 'experts', symbol: 'none' },
          lineStyle: { width: 0 },
          itemStyle: { color },
          areaStyle: { color, opacity: 0.75 },
        }),
      ),
    ],
    // Beside the panels, in the order in which the parts lie on each other.
    graphic: [
      ...legend(TOPS[0], [
        { name: 'experts learn', color: OWN },
        { name: 'weights of terms only', color: MISSED, dashed: true },
      ]),
      ...legend(TOPS[1], [...parts].reverse()),
    ],
  };
  return { title: 'A taste that changes and returns', width: WIDTH, height: TOPS[1] + HEIGHT + 54, option };
}

/** The kind that the shopper wants at each step, 0 or 1; the step before a turn's first choice belongs to the turn before. */
function wantedAt(step: number, [one, two]: Turns['choices']): 0 | 1 {
  return step > one && step <= one + two ? 1 : 0;
}

function wantedLines(visits: readonly TracedVisit[], choices: Turns['choices']): LineSeriesOption[] {
  const meanOf = (of: (visit: TracedVisit) => TraceStep[]): [number, number][] =>
    of(visits[0]).map((_, at) => {
      const wanted = wantedAt(at, choices);
      return [at, visits.reduce((sum, visit) => sum + of(visit)[at].places[wanted], 0) / visits.length];
    });
  const line = { type: 'line' as const, symbol: 'none' as const };
  return [
    {
      ...line,
      data: meanOf(({ withoutExperts }) => withoutExperts),
      itemStyle: { color: MISSED },
      lineStyle: { type: [6, 4], width: 2.5 },
    },
    { ...line, data: meanOf(({ steps }) => steps), itemStyle: { color: OWN }, lineStyle: { width: 2.5 } },
  ];
}

/** Where one turn ends and the next begins, in both panels. */
function turnLines([one, two]: Turns['choices']): LineSeriesOption {
  return {
    ...{ type: 'line', data: [], symbol: 'none' },
    markLine: {
      ...{ silent: true, symbol: 'none', animation: false },
      lineStyle: { color: INK, type: 'dotted' },
      label: { ...TEXT, fontSize: 13, formatter: '{b}', position: 'end' },
      data: [
        { xAxis: one, name: 'another kind' },
        { xAxis: one + two, name: 'back again' },
      ],
    },
  };
}

function legend(top: number, entries: readonly { name: string; color: string; dashed?: boolean }[]) {
  return entries.flatMap(({ name, color, dashed }, n) => {
    const y = top + 12 + 24 * n;
    return [
      {
        ...{ type: 'line' as const, shape: { x1: WIDTH - RIGHT + 14, y1: y, x2: WIDTH - RIGHT + 34, y2: y } },
        style: { stroke: color, lineWidth: dashed ? 2.5 : 4, ...(dashed ? { lineDash: [6, 4] } : {}) },
      },
      {
        ...{ type: 'text' as const, x: WIDTH - RIGHT + 42, y: y - 7 },
        style: { text: name, fill: INK, font: '14px sans-serif' },
      },
    ];
  });
}
