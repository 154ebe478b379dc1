import type { PlotOptions } from '@observablehq/plot';
import type { Table } from '../evaluate/page/html';
import { barChart, type LineChart, lineChart } from './charts';
import { ROUND_FIGURE_NAMES, ROUND_FIGURES } from './closed-loop';
import { FIGURES, type FigureName, type FigureUnit, type Interval, intervalText, scaleOf } from './figures';
import type { Simulation } from './result';
import { VISIT } from './shopper';
import { absenceOf, ERRORS, shownFigures, titleOf } from './summary-text';

/** A chart, its explanation and its numbers. Titles are unique. */
export interface Card extends Table {
  meaning: string;
  chart: PlotOptions;
  /** Names of the lines of a chart, for its legend. */
  lines?: readonly string[];
}

/**
 * A chart of each figure that two or more configurations have; a figure of a single configuration is only in the tables, since
 * there is nothing to compare.
 */
export function figureCards(simulation: Simulation): Card[] {
  const { configurations } = simulation;
  const isCompared = (name: FigureName): boolean =>
    configurations.filter(({ figures }) => !Number.isNaN(figures[name].mean)).length > 1;
  const names = shownFigures(simulation).filter(isCompared);
  return names.map((name) => {
    const words = FIGURES[name];
    const bars = configurations.map((one) => ({
      name: one.name,
      value: one.figures[name],
      text: intervalText(one.figures[name], words.unit),
    }));
    const absence = absenceOf(simulation, name);
    return {
      title: titleOf(words),
      meaning: absence === undefined ? words.meaning : `${words.meaning} Here ${absence}`,
      chart: barChart(bars, scaleOf(words.unit)),
      header: ['', 'mean', '95 % interval from', 'to'],
      rows: bars.map((bar) => [bar.name, ...ends(bar.value, words.unit)]),
    };
  });
}

const KINDS: Record<string, string> = {
  steady: 'A taste that stays',
  abrupt: 'An abrupt change of taste',
  gradual: 'A slow change of taste',
  returning: 'A taste that comes back',
  logged: 'Shoppers of the log',
  spliced: 'Two shoppers of the log in turn',
};

/** Fit of the lists over the choices: one chart for each kind of shopper, with changes of taste marked. */
export function fitCards({ configurations, source }: Simulation): Card[] {
  const meaning =
    source === 'log'
      ? 'Share of the lists that contain the next choice, %.'
      : 'Share of a list among the items that the shopper wants most at that choice, %.';
  return Object.entries(KINDS).flatMap(([kind, title]) => {
    const lines = configurations.flatMap(({ name, fit }) => {
      const found = fit.find((one) => one.kind === kind);
      return found && name !== 'random' ? [{ name, values: found.steps }] : [];
    });
    return lineCards({ title, meaning }, { lines, axis: 'choice', scale: 100, range: [0, 100], marks: marksOf(kind) });
  });
}

function marksOf(kind: string): LineChart['marks'] {
  const part = kind === 'spliced' ? 2 * VISIT.part : VISIT.part;
  if (kind === 'steady' || kind === 'logged') return [];
  const change = { at: part, text: kind === 'gradual' ? 'begins' : 'changes' };
  if (kind === 'abrupt') return [change];
  return [change, { at: 2 * part, text: kind === 'gradual' ? 'is done' : 'comes back' }];
}

/** Experts over the choices. */
export function expertCards({ configurations }: Simulation): Card[] {
  const lines = configurations
    .filter(({ experts }) => experts.some(({ mean }) => !Number.isNaN(mean)))
    .map(({ name, experts }) => ({ name, values: experts }));
  const words = {
    title: 'Experts kept',
    meaning: 'Mean over the shoppers, including the expert that learns everything.',
  };
  return lineCards(words, { lines, axis: 'choice', scale: 1 });
}

/** Time of an update on this machine, if two or more configurations learn. */
export function updateCards({ timing }: Simulation): Card[] {
  if (timing.updateMs.length < 2) return [];
  const bars = timing.updateMs.map(({ name, median, p95 }) => ({
    name,
    value: { mean: median, low: median, high: p95 },
    text: `${median.toFixed(2)} to ${p95.toFixed(2)}`,
  }));
  return [
    {
      title: 'Learning a choice, ms',
      meaning: 'Median, and the 95th percentile as the end of the line, on this machine. Less is better.',
      chart: barChart(bars, 1),
      header: ['', 'median', '95th percentile'],
      rows: timing.updateMs.map(({ name, median, p95 }) => [name, median.toFixed(3), p95.toFixed(3)]),
    },
  ];
}

/** Effects of closed loops, round by round. */
export const loopCards = ({ closedLoop }: Simulation): Card[] =>
  ROUND_FIGURE_NAMES.flatMap((figure) => {
    const words = ROUND_FIGURES[figure];
    const lines = closedLoop.map(({ name, rounds }) => ({ name, values: rounds.map((round) => round[figure]) }));
    const { meaning } = words;
    return lineCards({ title: titleOf(words), meaning }, { lines, axis: 'round', scale: scaleOf(words.unit) });
  });

/** Empty without any lines. @param axis unit of the horizontal axis, counted from 1 */
function lineCards(words: Pick<Card, 'title' | 'meaning'>, { axis, ...chart }: LineChart & { axis: string }): Card[] {
  const { lines, scale } = chart;
  if (lines.length === 0) return [];
  const steps = Math.max(...lines.map(({ values }) => values.length));
  const cell = (value: Interval | undefined): string =>
    value === undefined || Number.isNaN(value.mean)
      ? ''
      : `${(scale * value.mean).toFixed(2)}${Number.isNaN(value.high) ? '' : ` ± ${(scale * (value.high - value.mean)).toFixed(2)}`}`;
  return [
    {
      ...words,
      chart: lineChart(chart),
      lines: lines.map(({ name }) => name),
      header: [axis, ...lines.map(({ name }) => name)],
      notes: [ERRORS],
      rows: Array.from({ length: steps }, (_, step) => [
        String(step + 1),
        ...lines.map(({ values }) => cell(values[step])),
      ]),
    },
  ];
}

const ends = ({ mean, low, high }: Interval, unit: FigureUnit): string[] =>
  [mean, low, high].map((value) => (Number.isNaN(value) ? '' : (scaleOf(unit) * value).toFixed(3)));
