import { axisX, dot, ruleY, text, tickX } from '@observablehq/plot';
import { shareText } from '../../../src/core/common/text';
import {
  cards,
  definitions,
  escaped,
  figure,
  folded,
  htmlPage,
  note,
  section,
  table,
  tiles,
  titledTable,
} from '../evaluate/page/html';
import { picture } from '../evaluate/page/picture';
import type { Comparison, Verdict } from './verdict';
import { headlines, verdictTiles } from './verdict-summary';
import {
  comparisonCells,
  explanationOf,
  operatingCells,
  percent,
  rangeText,
  setAsideText,
  variantCells,
  verdictSentences,
} from './verdict-text';

const ROW = 34;
/** Maximum drawn change, in percent: intervals beyond it carry little information. */
const WIDEST = 100;

/**
 * A verdict as a single file: the verdict, three tiles, then charts with the numbers behind them, and tables. If the split is
 * wrong, no figure counts: they are grey and folded.
 */
export function verdictPage(verdict: Verdict): string {
  const { experiment, days, plan, sampleRatio } = verdict;
  const [first, last] = days;
  const isWrong = sampleRatio.mismatch;
  const intro = `Reports from ${first} to ${last}. The sought effect is ${percent(plan.effect)}, false alarms ${shareText(plan.alpha)}.`;
  const tables = [variantCells(verdict), ...comparisonCells(verdict), ...operatingCells(verdict)].map(titledTable);
  const aside = setAsideText(verdict).join(' ');
  const figures = [
    section('Changes against the control', isWrong ? [] : [cards(changeFigures(verdict))]),
    section('All figures', tables),
    section('How to read them', [definitions(explanationOf(verdict))]),
  ].filter((one) => one !== '');
  return htmlPage(`Experiment ${experiment}`, intro, [
    verdictBlock(verdict),
    tiles(verdictTiles(verdict), isWrong ? 'muted' : 'plain'),
    aside === '' ? '' : note(aside),
    ...(isWrong ? [folded('The figures, which do not count', figures)] : figures),
  ]);
}

/** The verdict in large type, a sentence with its numbers, and the state of the split. */
function verdictBlock(verdict: Verdict): string {
  const [split, ...sentences] = verdictSentences(verdict);
  const large = headlines(verdict).map(({ text, tone }, at) => {
    // The large type says it already.
    const sentence = verdict.sampleRatio.mismatch ? split.replace(/^WARNING: [A-Z ]+\. /, '') : (sentences[at] ?? '');
    return `<p class="large ${tone}">${escaped(text)}</p>\n<p>${escaped(sentence)}</p>`;
  });
  const rest = verdict.sampleRatio.mismatch ? '' : note(split);
  const role = verdict.sampleRatio.mismatch ? ' role="alert"' : '';
  return `<section class="verdict" aria-label="Verdict"${role}>\n${large.join('\n')}\n${rest}</section>`;
}

/** A chart for each variant and kind of metric. */
function changeFigures({ variants, comparisons, metrics, control }: Verdict): string[] {
  const groups = { share: 'visitors who did it', ratio: 'per impression and per click', mean: 'per visitor' };
  const metricOf = ({ metric }: Comparison) => metrics.find(({ name }) => name === metric);
  const titleOf = (one: Comparison): string => metricOf(one)?.title ?? one.metric;
  return variants.slice(1).flatMap(({ name }) =>
    Object.entries(groups).flatMap(([kind, what]) => {
      const shown = comparisons.filter((one) => one.variant === name && metricOf(one)?.kind === kind && one.relative);
      if (shown.length === 0) return [];
      const title = `${name}: ${what}`;
      const rows = shown.map((one) =>
        one.relative ? [titleOf(one), percent(one.relative.value), rangeText(one.relative.always)] : [],
      );
      const numbers = table(title, ['', 'change', 'at any look'], rows);
      const meaning = `Change against ${control} in percent. Thick: the interval at one look; thin: at any look. Right of the line is more. An arrow: the interval extends beyond the chart.`;
      return [figure(title, meaning, intervalChart(title, shown, titleOf), numbers)];
    }),
  );
}

/** A point per metric with both intervals, its name above it. */
function intervalChart(title: string, shown: readonly Comparison[], nameOf: (of: Comparison) => string): string {
  const cut = (change: number): number => Math.max(-WIDEST, Math.min(WIDEST, 100 * change));
  const rows = shown.flatMap((one) => {
    const { relative, decision } = one;
    if (!relative) return [];
    const [[low, high], [from, to], value] = [relative.always.map(cut), relative.once.map(cut), cut(relative.value)];
    const beyond = 100 * relative.always[1] > WIDEST;
    return [{ name: nameOf(one), color: `var(--${decision})`, low, high, from, to, value, beyond }];
  });
  const most = Math.max(5, ...rows.flatMap(({ low, high, from, to }) => [low, high, from, to].map(Math.abs)));
  const bound = Math.min(WIDEST, Math.ceil(most / 10) * 10);
  const ticks = [-bound, -bound / 2, 0, bound / 2, bound];
  return picture(title, {
    width: 340,
    height: ROW * rows.length + 40,
    marginLeft: 20,
    marginRight: 20,
    marginTop: 16,
    marginBottom: 24,
    x: { domain: [-bound, bound], label: null },
    y: { domain: rows.map(({ name }) => name), axis: null, padding: 0.55 },
    marks: [
      axisX({
        ticks,
        tickSize: 0,
        tickFormat: (value: number) => `${value > 0 ? '+' : ''}${value} %`.replace('-', '−'),
      }),
      // Only next to the interval, so that no name is crossed.
      tickX(
        rows.flatMap(({ name }) => ticks.map((x) => ({ name, x }))),
        { x: 'x', y: 'name', stroke: 'var(--line)' },
      ),
      tickX(rows, { x: () => 0, y: 'name' }),
      ruleY(rows, { x1: 'low', x2: 'high', y: 'name', stroke: 'color', strokeWidth: 1.5 }),
      ruleY(rows, { x1: 'from', x2: 'to', y: 'name', stroke: 'color', strokeWidth: 5 }),
      dot(
        rows.filter(({ beyond }) => beyond),
        { x: 'high', y: 'name', symbol: 'triangle', rotate: 90, dx: 4, fill: 'color' },
      ),
      dot(rows, { x: 'value', y: 'name', r: 5, fill: 'var(--card)', stroke: 'color', strokeWidth: 2 }),
      text(rows, { y: 'name', text: 'name', frameAnchor: 'left', textAnchor: 'start', dy: -14 }),
    ],
  });
}
