import {
  areaY,
  barX,
  dot,
  gridX,
  lineY,
  link,
  type Markish,
  type PlotOptions,
  plot,
  type RenderFunction,
  ruleX,
  ruleY,
  text,
} from '@observablehq/plot';
import type { JournalChoice, JournalPoint } from '../../../../device/protocol';
import { type ChartFrame, sideMargins } from '../../drawing';
import { choiceKey, pointKey } from '../views/timeline-entries';
import type { Words } from '../words';
import type { RankPoint, ShareSeries, WaterfallBar } from './chart-data';

interface ChartData {
  shares: { choices: readonly Pick<JournalChoice, 'at'>[]; series: readonly (ShareSeries & { color: string })[] };
  timeline: { choices: readonly Pick<JournalChoice, 'at'>[]; points: readonly JournalPoint[] };
  waterfall: { bars: readonly WaterfallBar[] };
  ranks: { points: readonly RankPoint[]; of: number };
}

interface Frame extends ChartFrame {
  words: Words;
}

/** Greatest width of the labels beside the bars of a waterfall. */
const MAX_LABEL = 240;

/** Height of an axis with the name of its unit below the numbers. */
const AXIS = 40;

export type Chart<Of extends keyof ChartData = keyof ChartData> = {
  [Name in Of]: { name: Name; data: ChartData[Name] };
}[Of];

export function drawChart<Name extends keyof ChartData>({ name, data }: Chart<Name>, frame: Frame): Element {
  const style = { background: 'none', color: 'inherit', fontSize: '12px', overflow: 'visible' };
  const drawn = plot({ width: frame.width, style, ...DRAW[name](data, frame) });
  const picture = drawn instanceof SVGElement ? drawn : (drawn.querySelector('svg') ?? drawn);
  // A shop's policy may refuse inline styles; the inspector's style sheet has these rules.
  for (const style of picture.querySelectorAll('style')) style.remove();
  return picture;
}

const DRAW: { [Name in keyof ChartData]: (data: ChartData[Name], frame: Frame) => PlotOptions } = {
  shares({ choices, series }, frame) {
    const rows = series.flatMap(({ key, values }) =>
      values.map((share, n) => ({ key, share, at: choices[n]?.at ?? 0 })),
    );
    const { percent } = frame.words.formats;
    const ticks = [0, 0.25, 0.5, 0.75, 1];
    return {
      height: 190,
      ...sideMargins(frame, 44, 12),
      marginBottom: AXIS,
      x: choiceAxis(frame, choices),
      y: { axis: start(frame), label: null, domain: [0, 1], ticks: [0, 0.5, 1], tickFormat: percent },
      color: {
        type: 'ordinal',
        domain: series.map(({ key }) => key),
        range: series.map(({ color }) => `var(--_expert-${color})`),
      },
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
        // Over the areas, which fill the whole chart.
        ruleY(ticks, { stroke: 'var(--_surface)', strokeOpacity: 0.45, strokeWidth: 1 }),
      ],
    };
  },

  timeline({ choices, points }, frame) {
    const { texts } = frame.words;
    const kinds = [...new Set(points.map(({ kind }) => kind))];
    const lanes = ['choice', ...kinds];
    const isEvent = (lane: string): lane is JournalPoint['kind'] => Object.hasOwn(texts.timeline.events, lane);
    const label = (lane: string): string => (isEvent(lane) ? texts.timeline.events[lane] : texts.timeline.choices);
    return {
      height: 44 * lanes.length + 44,
      ...sideMargins(frame, 8, 12),
      marginBottom: AXIS,
      marginTop: 18,
      x: choiceAxis(frame, [...choices, ...points]),
      y: { axis: null, domain: lanes },
      marks: [
        ruleY(lanes, { y: (lane: string) => lane, stroke: 'var(--_line)' }),
        dot(choices, {
          x: 'at',
          y: () => 'choice',
          r: 2.5,
          fill: 'currentColor',
          fillOpacity: 0.55,
          ...pressable(choices.map(choiceKey)),
        }),
        dot(points, {
          x: 'at',
          y: 'kind',
          r: 5,
          fill: ({ kind }: JournalPoint) => (kind === 'rejected' ? 'var(--_muted)' : 'var(--_accent)'),
          stroke: 'var(--_surface)',
          ...pressable(points.map(pointKey)),
        }),
        // On a small screen there is no room for names next to the lanes.
        text(lanes, {
          y: (lane: string) => lane,
          text: label,
          frameAnchor: start(frame),
          textAnchor: frame.rightToLeft ? 'end' : 'start',
          dy: -14,
        }),
      ],
    };
  },

  waterfall({ bars }, frame) {
    const ends = bars.flatMap(({ from, to }) => [from, to]);
    const steps = bars.slice(1).map(({ label }, n) => ({ at: bars[n]?.to ?? 0, from: bars[n]?.label, to: label }));
    const { formats, language } = frame.words;
    const room = Math.min(MAX_LABEL, Math.floor(0.42 * frame.width));
    const lines = bars.map(({ label }) => wrapped(label, room - 12, language));
    const lane = 14 * Math.max(...lines.map((one) => one.length)) + 8;
    const anchor = { textAnchor: frame.rightToLeft ? 'end' : 'start' } as const;
    const ticks = Math.max(2, Math.floor((frame.width - room) / 90));
    const side = frame.rightToLeft ? 1 : -1;
    return {
      height: lane * bars.length + AXIS,
      ...sideMargins(frame, room, 56),
      marginTop: 4,
      marginBottom: AXIS - 4,
      x: {
        domain: [Math.min(0, ...ends), Math.max(0, ...ends)],
        reverse: frame.rightToLeft,
        label: null,
        ticks,
        tickFormat: (value: number) => formats.fine(value),
      },
      y: { axis: null, domain: bars.map(({ label }) => label), padding: Math.max(0.2, 1 - 14 / lane) },
      marks: [
        gridX({ stroke: 'var(--_line)', strokeOpacity: 1, ticks }),
        ruleX([0], { stroke: 'var(--_backbone)' }),
        barX(bars, {
          x1: 'from',
          x2: 'to',
          y: 'label',
          rx: 2,
          fill: ({ kind }: WaterfallBar) =>
            ({ more: 'var(--_accent)', less: 'var(--_alarm)', sum: 'currentColor' })[kind],
        }),
        // From the end of each bar to the beginning of the next.
        link(steps, {
          x1: 'at',
          x2: 'at',
          y1: 'from',
          y2: 'to',
          stroke: 'currentColor',
          strokeOpacity: 0.4,
          strokeDasharray: '2 2',
        }),
        text(bars, {
          x: ({ from, to }: WaterfallBar) => Math.max(from, to),
          y: 'label',
          text: ({ from, to }: WaterfallBar) => formats.signed(to - from),
          ...anchor,
          dx: -side * 4,
          fontWeight: 600,
        }),
        text(bars, {
          y: 'label',
          text: ({ label }: WaterfallBar) => lines[bars.findIndex((bar) => bar.label === label)]?.join('\n') ?? label,
          frameAnchor: start(frame),
          ...anchor,
          dx: side * room,
        }),
      ],
    };
  },

  ranks({ points, of }, frame) {
    const colors = { own: 'var(--_accent)', popularity: 'var(--_alarm)', content: 'currentColor' };
    const keys = ['popularity', 'content', 'own'] as const;
    const ticks = [1, 10, 100, 1000, 10_000, 100_000].filter((rank) => rank <= of);
    return {
      height: 230,
      ...sideMargins(frame, 44, 12),
      marginBottom: AXIS,
      marginTop: 30,
      x: choiceAxis(frame, points),
      y: {
        axis: start(frame),
        label: frame.words.texts.helps.axis,
        labelArrow: 'none',
        type: 'log',
        domain: [Math.max(2, of), 1],
        tickFormat: frame.words.formats.count,
        ticks,
      },
      marks: [
        ruleY(ticks, { stroke: 'var(--_line)' }),
        ...keys.map(
          (key): Markish =>
            lineY(points, {
              x: 'at',
              y: key,
              stroke: colors[key],
              strokeWidth: key === 'own' ? 2.5 : 1.5,
              strokeDasharray: key === 'content' ? '4 3' : undefined,
            }),
        ),
      ],
    };
  },
};

/** Breaks a label into lines of at most this width, px, where its language separates words. */
function wrapped(label: string, width: number, language: string): string[] {
  const pen = document.createElement('canvas').getContext('2d');
  if (!pen) return [label];
  // The page's own font may be a little wider than this one.
  pen.font = '12.5px sans-serif';
  const lines = [''];
  for (const { segment } of new Intl.Segmenter(language, { granularity: 'word' }).segment(label)) {
    const line = `${lines.at(-1) ?? ''}${segment}`;
    if (pen.measureText(line).width > width && line !== segment) lines.push(segment.trimStart());
    else lines[lines.length - 1] = line;
  }
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

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

function choiceAxis({ rightToLeft, width, words }: Frame, of: readonly { at: number }[]): PlotOptions['x'] {
  const at = of.map((one) => one.at);
  const [first, last] = [Math.min(...at), Math.max(...at)];
  return {
    label: rightToLeft ? `← ${words.texts.choiceAxis}` : `${words.texts.choiceAxis} →`,
    labelArrow: 'none',
    labelAnchor: rightToLeft ? 'left' : 'right',
    // A single choice would have a zero width.
    domain: first === last ? [first - 1, last + 1] : [first, last],
    reverse: rightToLeft,
    // Only whole numbers have a name.
    ticks: Math.max(1, Math.min(last - first, Math.floor(width / 80))),
    tickFormat: (value: number) => (Number.isInteger(value) ? words.formats.count(value) : ''),
  };
}
