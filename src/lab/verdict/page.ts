import {
  alarm,
  type Caption,
  captionOf,
  cards,
  definitions,
  FAINT,
  figure,
  htmlPage,
  INK,
  list,
  picture,
  section,
  TEXT,
  table,
} from '../evaluate/page';
import type { Comparison, Verdict } from './verdict';
import {
  comparisonCells,
  EXPLANATION,
  percent,
  rangeText,
  setAsideText,
  variantCells,
  verdictSentences,
} from './verdict-text';

const ROW = 34;
/** Maximum drawn change, in percent: intervals beyond it carry little information. */
const WIDEST = 100;

/** A verdict as a single file: text, charts with the numbers behind them, and tables. */
export function verdictPage(verdict: Verdict): string {
  const { experiment, days, plan } = verdict;
  const [first, last] = days;
  const words = verdictSentences(verdict);
  const aside = setAsideText(verdict);
  const notes = aside === null ? [] : [aside];
  const tables = [variantCells(verdict), ...comparisonCells(verdict)];
  const intro = `Reports from ${first} to ${last}. The sought effect is ${percent(plan.effect)}, false alarms ${100 * plan.alpha} %.`;
  return htmlPage(`Experiment ${experiment}`, intro, [
    section('What was found', [verdict.sampleRatio.mismatch ? alarm(words[0]) : list([...words, ...notes])]),
    // If the split is wrong, no other figure counts.
    section('Changes against the control', verdict.sampleRatio.mismatch ? [] : [cards(changeFigures(verdict))]),
    section(
      'All figures',
      tables.map(({ title, header, rows }) => `<h3>${captionOf(title).title}</h3>\n${table(title, header, rows)}`),
    ),
    section('How to read them', [definitions(EXPLANATION)]),
  ]);
}

/** A chart for each variant and kind of metric. */
function changeFigures({ variants, comparisons, metrics, control }: Verdict): string[] {
  const groups = [
    ['visitors who did it', (name: string) => metrics.some((one) => one.name === name && one.kind === 'share')],
    [
      'per impression and per click',
      (name: string) => metrics.some((one) => one.name === name && one.kind === 'ratio'),
    ],
    ['per visitor', (name: string) => metrics.some((one) => one.name === name && one.kind === 'mean')],
  ] as const;
  return variants.slice(1).flatMap(({ name }) =>
    groups.flatMap(([what, has]) => {
      const shown = comparisons.filter(({ variant, metric, relative }) => variant === name && has(metric) && relative);
      if (shown.length === 0) return [];
      const title = `${name}: ${what}`;
      const titleOf = ({ metric }: Comparison): string => metrics.find((one) => one.name === metric)?.title ?? metric;
      const rows = shown.map((one) => [
        titleOf(one),
        relativeText(one),
        one.relative ? rangeText(one.relative.always) : '',
      ]);
      const numbers = table(title, ['', 'change', 'at any look'], rows);
      const meaning = `Change against ${control} in percent. Thick: the interval at one look; thin: at any look. Right of the line is more. An arrow: the interval extends beyond the chart.`;
      return [figure(title, meaning, intervalChart(shown, titleOf, captionOf(title)), numbers)];
    }),
  );
}

const relativeText = ({ relative }: Comparison): string => (relative ? percent(relative.value) : '');

/** A point per metric with both intervals, its name above it. */
function intervalChart(shown: readonly Comparison[], titleOf: (of: Comparison) => string, caption: Caption): string {
  const rows = shown.flatMap((one, row) => {
    const { relative } = one;
    if (!relative) return [];
    const cut = (change: number): number => Math.max(-WIDEST, Math.min(WIDEST, 100 * change));
    const ends = [...relative.always, ...relative.once, relative.value].map(cut);
    const beyond = relative.always[1] * 100 > WIDEST;
    return [{ ends, row, beyond, color: `var(--${one.decision})` }];
  });
  const most = Math.max(5, ...rows.flatMap(({ ends }) => ends.map(Math.abs)));
  const bound = Math.min(WIDEST, Math.ceil(most / 10) * 10);
  return picture(caption, ROW * shown.length + 40, {
    grid: { left: 16, right: 16, top: 8, bottom: 28 },
    xAxis: {
      ...{ type: 'value', min: -bound, max: bound, interval: bound / 2 },
      ...{ axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } },
      axisLabel: {
        ...TEXT,
        fontSize: 11,
        formatter: (value: number) => `${value > 0 ? '+' : ''}${value} %`.replace('-', '−'),
      },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: shown.map(titleOf),
      axisLabel: { show: false },
      axisTick: { show: false },
      axisLine: { show: false },
    },
    series: [
      {
        ...{ type: 'custom', data: rows.map(({ ends, row }) => [...ends, row]), encode: { x: [0, 1, 2, 3, 4], y: 5 } },
        renderItem: intervalItem(shown.map(titleOf), rows, bound),
      },
    ],
  });
}

/** The used part of the drawing interface. */
interface Drawing {
  value(dimension: number): unknown;
  coord(point: unknown[]): number[];
}

const intervalItem =
  (titles: readonly string[], rows: readonly { color: string; beyond: boolean }[], bound: number) =>
  (params: { dataIndex: number }, api: Drawing) => {
    const row = api.value(5);
    const at = (dimension: number): number[] => api.coord([api.value(dimension), row]);
    const [[low, y], [high], [from], [to], [x]] = [0, 1, 2, 3, 4].map(at);
    const { color: stroke, beyond } = rows[params.dataIndex];
    // Only next to the interval, so no name is crossed.
    const marks = [-1, -0.5, 0.5, 1, 0].map((part) => {
      const [x1] = api.coord([part * bound, row]);
      const shape = { x1, y1: y - 1, x2: x1, y2: y + 15 };
      return { type: 'line', shape, style: { stroke: part === 0 ? INK : FAINT, lineWidth: 1 } };
    });
    const line = (x1: number, x2: number, lineWidth: number) => ({
      ...{ type: 'line', shape: { x1, y1: y + 7, x2, y2: y + 7 }, style: { stroke, lineWidth } },
    });
    return {
      type: 'group',
      children: [
        ...marks,
        line(low, high, 1.5),
        line(from, to, 5),
        ...(beyond
          ? [
              {
                ...{ type: 'polygon', style: { fill: stroke } },
                shape: {
                  points: [
                    [high - 4, y + 1],
                    [high - 4, y + 13],
                    [high + 8, y + 7],
                  ],
                },
              },
            ]
          : []),
        { type: 'circle', shape: { cx: x, cy: y + 7, r: 5 }, style: { fill: 'var(--card)', stroke, lineWidth: 2 } },
        {
          type: 'text',
          style: {
            text: titles[params.dataIndex],
            x: 18,
            y: y - 15,
            fill: INK,
            fontSize: 12,
            fontFamily: 'inherit',
          },
        },
      ],
    };
  };
