import {
  axisX,
  barX,
  gridX,
  type PlotOptions,
  type RuleYOptions,
  ruleX,
  ruleY,
  type TextOptions,
  text,
} from '@observablehq/plot';
import { signed } from '../packages/lab/evaluate/report-cells';
import type { KeptResult, TableSummary } from '../packages/lab/evaluate/result';
import type { KeptArea } from '../tools/bench/kept';

export interface Picture {
  title: string;
  options: PlotOptions;
}

interface Bar {
  name: string;
  value: number;
  /** Standard error, drawn as a whisker on both sides; not drawn if 0. */
  se: number;
  /** Text at the right edge. */
  text: string;
  color: string;
}

/** Bars under their own title. */
interface Panel {
  title?: string;
  bars: Bar[];
}

interface Panels {
  title: string;
  subtitle: string;
  /** Head of the texts at the right edge. */
  head: string;
  /** Meaning of the bars' lengths. */
  axis: string;
  /** Room for the names, in pixels. */
  left: number;
  /** Logarithmic scale for values above 0: the bars start at this value. Default: a linear scale from 0. */
  logarithmic?: number;
  panels: Panel[];
}

/** Mid-tones, legible on a white and on a black page. */
export const INK = '#737c86';
export const OWN = '#2f86d2';
/** Colour of bars that miss their bound. */
export const MISSED = '#cf5f3c';
const OTHER = '#a3abb4';

const WIDTH = 820;
const RIGHT = 152;
const ROW = 30;
/** Room for the names of methods, and for the longer names of speed figures. */
const [METHODS, FIGURES] = [150, 400];
const POWERS = [0.001, 0.01, 0.1, 1, 10, 100, 1000, 10_000, 100_000];

/** Options of all plots of the manual. @param left margin, with the titles at its left edge @param top margin below the titles */
export function page(
  title: string,
  subtitle: string,
  left: number,
  top = 74,
): PlotOptions & { marks: PlotOptions['marks'] } {
  const place: TextOptions = { frameAnchor: 'top-left', dx: 16 - left, facet: 'super' };
  return {
    width: WIDTH,
    marginLeft: left,
    marginRight: RIGHT,
    marginTop: top,
    marginBottom: 48,
    style: { color: INK, fontSize: '14px', fontFamily: 'sans-serif' },
    marks: [
      text([title], { ...place, dy: 10 - top, fontSize: 17, fontWeight: 'bold' }),
      text([subtitle], { ...place, dy: 35 - top }),
    ],
  };
}

/** Horizontal bars with whiskers, in panels one below the other on one scale. */
function barPanels({ title, subtitle, head, axis, left, logarithmic, panels }: Panels): Picture {
  // A row for the title of each panel, then one for each of its bars.
  const rows = panels.flatMap((panel, n) => [
    { title: panel.title ?? '', head: n === 0 ? head : '' },
    ...panel.bars.map((bar) => ({ ...bar, low: bar.value - bar.se, high: bar.value + bar.se })),
  ]);
  const placed = rows.map((row, y) => ({ ...row, y }));
  const heads = placed.filter((row) => 'head' in row);
  const bars = placed.filter((row) => 'value' in row);
  const start = logarithmic ?? 0;
  const ends = [start, ...bars.flatMap(({ low, high }) => [low, high])];
  const isLinear = logarithmic === undefined;
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  // The powers of ten around all values.
  const ticks = isLinear ? undefined : POWERS.filter((power) => 10 * power > low && power < 10 * high);
  const whisker: RuleYOptions = { x1: 'low', x2: 'high', y: 'y', marker: 'tick' };
  const uncertain = bars.filter(({ se }) => se > 0);
  const { marks = [], ...base } = page(title, subtitle, left);
  return {
    title,
    options: {
      ...base,
      height: 122 + ROW * rows.length,
      x: { domain: [low, high], nice: true, type: isLinear ? 'linear' : 'log' },
      y: { type: 'band', domain: placed.map(({ y }) => y), axis: null, padding: 0.5 },
      marks: [
        ...marks,
        gridX({ ticks, stroke: INK, strokeOpacity: 0.25 }),
        axisX({
          ticks,
          ...(isLinear ? {} : { tickFormat: String }),
          tickSize: 0,
          fontSize: 13,
          label: axis,
          labelAnchor: 'center',
          labelArrow: 'none',
        }),
        barX(bars, { x1: () => start, x2: 'value', y: 'y', fill: 'color', rx: 2 }),
        ruleY(uncertain, { ...whisker, stroke: 'white', strokeOpacity: 0.35, strokeWidth: 3 }),
        ruleY(uncertain, { ...whisker, strokeWidth: 1.5 }),
        ruleX([start]),
        text(heads, { y: 'y', text: 'title', frameAnchor: 'left', dx: 16 - left, fontWeight: 'bold' }),
        text(heads, { y: 'y', text: 'head', frameAnchor: 'right', dx: RIGHT - 14, textAnchor: 'end', fontSize: 13 }),
        // A long name takes two lines.
        text(bars, {
          y: 'y',
          text: 'name',
          frameAnchor: 'left',
          dx: -8,
          textAnchor: 'end',
          lineWidth: (left - 24) / 14,
        }),
        text(bars, { y: 'y', text: 'text', frameAnchor: 'right', dx: RIGHT - 14, textAnchor: 'end', fontSize: 13 }),
      ],
    },
  };
}

/** Change of ln rank against the reference, method by method. */
export function devicePlot({ tables: [table], ...about }: KeptResult): Picture {
  return changePlot(`Learning on the device: change of ln rank against ${table.reference}`, about, [changes(table)]);
}

/** The same after a change of preferences, later, and after the return. */
export function driftPlot({ tables, ...about }: KeptResult): Picture {
  const titles: Record<string, string> = {
    'first-20': 'First 20 events after the preferences changed',
    later: 'Later',
    return: 'First 20 events after the return to the old preferences',
  };
  const shown = tables.filter(({ name }) => name in titles);
  return changePlot(
    `Drift: change of ln rank against ${shown[0]?.reference ?? 'popularity-now'}`,
    about,
    shown.map((table) => ({ ...changes(table), title: titles[table.name] })),
  );
}

function changePlot(
  title: string,
  { command, setting }: Pick<KeptResult, 'command' | 'setting'>,
  panels: Panel[],
): Picture {
  const shoppers = `${/--bundle (\S+)/.exec(command)?.[1] ?? 'a log'}: ${setting.split(' whom')[0]}`;
  const subtitle = `${shoppers}; further left is better; whiskers are standard errors`;
  return barPanels({ title, subtitle, head: 'change ± error', axis: 'change of ln rank', left: METHODS, panels });
}

const changes = ({ methods, reference }: TableSummary): Panel => ({
  bars: methods
    .filter(({ name }) => name !== reference)
    .map(({ name, lnRankChange: value, se }) => ({
      name,
      value,
      se,
      text: `${signed(value, 3)} ± ${se.toFixed(3)}`,
      // Ours stands out.
      color: /^sidestream(?!-)/i.test(name) ? OWN : OTHER,
    })),
});

/** Bars end here; the figure is next to them. */
const [LEAST, MOST] = [0.1, 100];
/** Our bars among those of peers. */
const OURS = /^(sidestream(?!-)|(int8|kernel) scan|clustered retrieval)/i;

/** Distance of every figure of some areas from its bound: 1 is the bound, 2 twice as good. */
export const barsPlot = (areas: readonly KeptArea[]): Picture =>
  barPanels({
    title: 'Speed: how many times better than its bound every figure is',
    subtitle: `${machineOf(areas)}; further right is better, left of 1 the bound is missed`,
    head: 'measured / bound',
    axis: 'times better than the bound',
    left: FIGURES,
    logarithmic: 1,
    panels: areas
      .filter(({ bars }) => bars.length > 0)
      .map(({ title, bars }) => ({
        title,
        bars: bars.map(({ name, ratio, bar, side, met }) => ({
          name,
          se: 0,
          color: met ? OWN : MISSED,
          value: Math.min(MOST, Math.max(LEAST, side === 'at least' ? ratio / bar : bar / Math.max(ratio, 0))),
          text: `${ratio.toFixed(2)} ${side === 'at least' ? '≥' : '≤'} ${bar}`,
        })),
      })),
  });

/** The figures of one area side by side, a panel for each group of them. */
export function seriesPlot(area: KeptArea): Picture | null {
  const groups = Object.entries(area.series);
  const [unit, ...others] = new Set(groups.map(([, series]) => series.unit));
  if (unit === undefined || others.length > 0) return null;
  const least = Math.min(...groups.flatMap(([, { values }]) => values.map(({ value }) => value)));
  return barPanels({
    title: area.title,
    subtitle: machineOf([area]),
    head: unit,
    axis: unit,
    left: FIGURES,
    logarithmic: 10 ** Math.floor(Math.log10(least)),
    panels: groups.map(([title, { values }]) => ({
      title,
      bars: values.map(({ name, value }) => ({
        name,
        value,
        se: 0,
        text: String(Number(value.toPrecision(3))),
        color: OURS.test(name) ? OWN : OTHER,
      })),
    })),
  });
}

function machineOf(areas: readonly KeptArea[]): string {
  const [{ machine }] = areas;
  const loads = areas.map((area) => area.machine.load);
  const [least, most] = [Math.min(...loads), Math.max(...loads)];
  return `${machine.cores} cores, ${machine.processor.replace(/\(R\)|\(TM\)/g, '')}, load ${least === most ? least : `${least} to ${most}`}`;
}
