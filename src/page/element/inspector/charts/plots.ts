import {
  areaY,
  barX,
  dot,
  lineY,
  type Markish,
  type PlotOptions,
  plot,
  type RenderFunction,
  ruleX,
  text,
} from '@observablehq/plot';
import type { JournalChoice, JournalPoint } from '../../../../device/protocol';
import { type ChartFrame, sideMargins } from '../../drawing';
import { choiceKey, pointKey } from '../views/timeline-entries';
import { POINT_NAMES } from '../wording';
import type { RankPoint } from './ranks';
import type { ShareSeries } from './shares';
import type { WaterfallBar } from './waterfall';

interface ChartData {
  shares: { choices: readonly Pick<JournalChoice, 'at'>[]; series: readonly (ShareSeries & { color: string })[] };
  timeline: { choices: readonly Pick<JournalChoice, 'at'>[]; points: readonly JournalPoint[] };
  waterfall: { bars: readonly WaterfallBar[] };
  ranks: { points: readonly RankPoint[]; of: number };
}

/** The space for a chart, and the language of its numbers. */
interface Frame extends ChartFrame {
  language?: string;
}

/** Height of a bar of a waterfall with its label above it. */
const BAR = 40;

/** Colours of the events that did not move the profile forward. */
const POINT_COLORS: Partial<Record<JournalPoint['kind'], string>> = { rejected: 'var(--_muted)' };

/** Height of an axis with the name of its unit below the numbers. */
const AXIS = 40;

export type Chart = { [Name in keyof ChartData]: { name: Name; data: ChartData[Name] } }[keyof ChartData];

export function drawChart(chart: Chart, frame: Frame): Element {
  const style = { background: 'none', color: 'inherit', fontSize: '12px', overflow: 'visible' };
  const drawn = plot({ width: frame.width, style, ...optionsOf(chart, frame) });
  const picture = drawn instanceof SVGElement ? drawn : (drawn.querySelector('svg') ?? drawn);
  // A shop's policy may refuse inline styles; the inspector's style sheet has these rules.
  for (const style of picture.querySelectorAll('style')) style.remove();
  return picture;
}

function optionsOf(chart: Chart, frame: Frame): PlotOptions {
  switch (chart.name) {
    case 'shares':
      return DRAW.shares(chart.data, frame);
    case 'timeline':
      return DRAW.timeline(chart.data, frame);
    case 'waterfall':
      return DRAW.waterfall(chart.data, frame);
    case 'ranks':
      return DRAW.ranks(chart.data, frame);
  }
}

const DRAW: { [Name in keyof ChartData]: (data: ChartData[Name], frame: Frame) => PlotOptions } = {
  shares({ choices, series }, frame) {
    const rows = series.flatMap(({ key, values }) =>
      values.map((share, n) => ({ key, share, at: choices[n]?.at ?? 0 })),
    );
    return {
      height: 190,
      ...sideMargins(frame, 40, 12),
      marginBottom: AXIS,
      x: choiceAxis(frame, choices),
      y: {
        axis: start(frame),
        label: null,
        percent: true,
        domain: [0, 100],
        ticks: [0, 50, 100],
        tickFormat: (value: number) => `${value} %`,
      },
      color: { type: 'ordinal', domain: series.map(({ key }) => key), range: series.map(({ color }) => color) },
      marks: [
        areaY(rows, {
          x: 'at',
          y: 'share',
          z: 'key',
          fill: 'key',
          order: series.map(({ key }) => key),
          stroke: 'var(--_surface)',
          strokeWidth: 0.75,
        }),
      ],
    };
  },

  timeline({ choices, points }, frame) {
    const kinds = [...new Set(points.map(({ kind }) => kind))];
    const lanes = ['choice', ...kinds];
    const label = (kind: string): string =>
      kind === 'choice' ? 'Your choices' : POINT_NAMES[kind as JournalPoint['kind']];
    return {
      height: 44 * lanes.length + 44,
      ...sideMargins(frame, 8, 12),
      marginBottom: AXIS,
      marginTop: 18,
      x: choiceAxis(frame, [...choices, ...points]),
      y: { axis: null, domain: lanes },
      marks: [
        ...[ruleX(choices, { x: 'at', y: () => 'choice', strokeOpacity: 0.35, strokeWidth: 1.5 })].slice(
          choices.length > 400 ? 1 : 0,
        ),
        dot(choices, {
          x: 'at',
          y: () => 'choice',
          r: 2,
          fill: 'currentColor',
          fillOpacity: 0.55,
          ...pressable(choices.map(choiceKey)),
        }),
        dot(points, {
          x: 'at',
          y: 'kind',
          r: 5,
          fill: ({ kind }: JournalPoint) => POINT_COLORS[kind] ?? 'var(--_accent)',
          stroke: 'var(--_surface)',
          ...pressable(points.map(pointKey)),
        }),
        ...laneLabels(lanes, label, frame),
      ],
    };
  },

  waterfall({ bars }, frame) {
    const [low, high] = [
      Math.min(0, ...bars.map(({ from, to }) => Math.min(from, to))),
      Math.max(0, ...bars.map(({ from, to }) => Math.max(from, to))),
    ];
    const signed = new Intl.NumberFormat(frame.language, {
      signDisplay: 'exceptZero',
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    });
    const lanes = bars.map(({ label }) => label);
    return {
      height: BAR * bars.length + 24,
      ...sideMargins(frame, 1, 60),
      marginTop: 16,
      marginBottom: 8,
      x: { axis: null, domain: [low, high], reverse: frame.rightToLeft },
      y: { axis: null, domain: lanes, padding: 0.62 },
      marks: [
        ruleX([0], { stroke: 'var(--_line)' }),
        barX(bars, {
          x1: 'from',
          x2: 'to',
          y: 'label',
          rx: 2,
          fill: ({ kind }: WaterfallBar) =>
            ({ more: 'var(--_accent)', less: 'var(--_alarm)', sum: 'currentColor' })[kind],
        }),
        text(bars, {
          x: ({ from, to }: WaterfallBar) => Math.max(from, to),
          y: 'label',
          text: ({ from, to }: WaterfallBar) => signed.format(to - from),
          textAnchor: frame.rightToLeft ? 'end' : 'start',
          dx: frame.rightToLeft ? -4 : 4,
          fontWeight: 600,
        }),
        ...laneLabels(lanes, (label) => label, frame),
      ],
    };
  },

  ranks({ points, of }, frame) {
    const colors = { own: 'var(--_accent)', popularity: 'var(--_alarm)', content: 'currentColor' };
    const keys = ['popularity', 'content', 'own'] as const;
    return {
      height: 230,
      ...sideMargins(frame, 44, 12),
      marginBottom: AXIS,
      marginTop: 30,
      x: choiceAxis(frame, points),
      y: {
        axis: start(frame),
        label: 'place',
        labelArrow: 'none',
        type: 'log',
        domain: [Math.max(2, of), 1],
        tickFormat: ',',
        ticks: [1, 10, 100, 1000, 10_000, 100_000].filter((rank) => rank <= of),
      },
      marks: keys.flatMap((key): Markish[] => [
        lineY(points, {
          x: 'at',
          y: key,
          stroke: colors[key],
          strokeWidth: key === 'own' ? 2.5 : 1.5,
          strokeDasharray: key === 'content' ? '4 3' : undefined,
        }),
      ]),
    };
  },
};

/** Gives each dot the key of its entry, which makes it pressable. @param keys in the order of the data */
const pressable = (keys: readonly string[]): { render: RenderFunction } => ({
  render(index, scales, values, dimensions, context, next) {
    const group = next?.(index, scales, values, dimensions, context) ?? null;
    for (const [at, circle] of [...(group?.querySelectorAll('circle') ?? [])].entries()) {
      circle.setAttribute('data-key', keys[index[at] ?? -1] ?? '');
    }
    return group;
  },
});

const start = ({ rightToLeft }: Frame): 'left' | 'right' => (rightToLeft ? 'right' : 'left');

function choiceAxis({ rightToLeft, width, language }: Frame, of: readonly { at: number }[]): PlotOptions['x'] {
  const number = new Intl.NumberFormat(language);
  const at = of.map((one) => one.at);
  const [first, last] = [Math.min(...at), Math.max(...at)];
  return {
    label: rightToLeft ? '← choice' : 'choice →',
    labelArrow: 'none',
    labelAnchor: rightToLeft ? 'left' : 'right',
    // A single choice would have a zero width.
    domain: first === last ? [first - 1, last + 1] : [first, last],
    reverse: rightToLeft,
    // Only whole numbers have a name.
    ticks: Math.max(1, Math.min(last - first, Math.floor(width / 80))),
    tickFormat: (value: number) => (Number.isInteger(value) ? number.format(value) : ''),
  };
}

/** The name of each lane, above the start of its line: on a small screen there is no room for names next to the lanes. */
const laneLabels = (lanes: readonly string[], label: (lane: string) => string, frame: Frame): Markish[] => [
  text(lanes, {
    y: (lane: string) => lane,
    text: label,
    frameAnchor: frame.rightToLeft ? 'right' : 'left',
    textAnchor: frame.rightToLeft ? 'end' : 'start',
    dy: -14,
  }),
];
