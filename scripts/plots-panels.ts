import type { CustomSeriesRenderItem, EChartsOption } from 'echarts';

/** A picture to be drawn. */
export interface Plot {
  /** Without the marks of XML. */
  title: string;
  width: number;
  height: number;
  option: EChartsOption;
}

/** One bar. */
export interface Bar {
  name: string;
  value: number;
  /** Standard error, drawn as a whisker on both sides; none for 0. */
  se: number;
  /** What stands at the right edge. */
  text: string;
  /** Default: by its name. */
  color?: string;
}

/** Bars under a title of their own. */
export interface Panel {
  title?: string;
  bars: Bar[];
}

export interface Panels {
  title: string;
  subtitle: string;
  /** Head of the texts at the right edge. */
  head: string;
  /** What the bars' lengths are. */
  axis: string;
  /** Room for the names, in pixels. Default: enough for names of methods. */
  left?: number;
  /**
   * For values above 0 without errors that differ by orders of magnitude: a logarithmic scale on which bars begin at this value, or
   * at the power of ten below the smallest one.
   */
  logarithmic?: number | 'lowest';
  panels: Panel[];
}

/** Mid-tones: they have to be read on a white and on a black page. */
export const INK = '#737c86';
export const FAINT = 'rgba(115, 124, 134, 0.25)';
/** Under whiskers, so that they are seen on a bar. */
const HALO = 'rgba(255, 255, 255, 0.35)';
export const OWN = '#2f86d2';
/** What misses its bound. */
export const MISSED = '#cf5f3c';
const OTHER = '#a3abb4';

export const WIDTH = 820;
const [LEFT, RIGHT] = [146, 152];
const ROW = 30;
const HEADER = 74;
export const TEXT = { color: INK, fontSize: 14, fontFamily: 'sans-serif' };

/** What a method is drawn in: our own stands out. */
export const colorOf = (name: string): string => (/^sidestream(?!-)/i.test(name) ? OWN : OTHER);

/** Horizontal bars with whiskers, in panels one below the other on one scale. */
export function barPanels({ title, subtitle, head, axis, left = LEFT, logarithmic, ...given }: Panels): Plot {
  const scale = logarithmic === undefined ? null : logarithms(given.panels, logarithmic);
  const panels = scale?.panels ?? given.panels;
  const ends = panels.flatMap(({ bars }) => bars.flatMap(({ value, se }) => [value - se, value + se]));
  const range = scale?.range ?? niceAxis(Math.min(0, ...ends), Math.max(0, ...ends));
  const labelOf = scale?.labelOf ?? shortNumber;
  const grids: { left: number; right: number; top: number; height: number }[] = [];
  let top = HEADER;
  for (const panel of panels) {
    top += 24;
    const height = ROW * panel.bars.length;
    grids.push({ left, right: RIGHT, top, height });
    top += height + 14;
  }
  const last = panels.length - 1;
  const option: EChartsOption = {
    animation: false,
    textStyle: TEXT,
    title: [
      heading(title, subtitle),
      ...panels.map(({ title: text = '' }, n) => ({
        ...{ text, left: 16, top: grids[n].top - 27, padding: 0 },
        textStyle: { ...TEXT, fontWeight: 'bold' as const },
      })),
      ...panels.map((_, n) => ({
        ...{ text: n === 0 ? head : '', right: 14, top: grids[n].top - 25, padding: 0 },
        textStyle: { ...TEXT, fontSize: 13, fontWeight: 'normal' as const },
      })),
    ],
    grid: grids,
    xAxis: panels.map((_, gridIndex) => ({
      type: 'value' as const,
      ...range,
      gridIndex,
      ...(gridIndex === last ? { name: axis, nameLocation: 'middle' as const, nameGap: 30, nameTextStyle: TEXT } : {}),
      axisLabel: { ...TEXT, fontSize: 13, show: gridIndex === last, formatter: labelOf },
      splitLine: { lineStyle: { color: FAINT } },
    })),
    yAxis: panels.flatMap(({ bars }, gridIndex) => {
      const common = { type: 'category' as const, gridIndex, inverse: true, axisTick: { show: false } };
      return [
        { ...common, data: bars.map(({ name }) => name), axisLabel: TEXT, axisLine: { lineStyle: { color: INK } } },
        {
          ...common,
          ...{ position: 'right' as const, data: bars.map(({ text }) => text), axisLine: { show: false } },
          // The axis of the texts has no zero to stand on.
          axisLabel: { ...TEXT, fontSize: 13, margin: RIGHT - 14, align: 'right' as const },
        },
      ];
    }),
    series: panels.flatMap(({ bars }, n) => {
      const axes = { xAxisIndex: n, yAxisIndex: 2 * n };
      return [
        {
          ...{ type: 'bar' as const, ...axes, barWidth: 15 },
          data: bars.map(({ name, value, color = colorOf(name) }) => ({
            value,
            itemStyle: { color, borderRadius: value < 0 ? [3, 0, 0, 3] : [0, 3, 3, 0] },
          })),
        },
        {
          ...{ type: 'custom' as const, ...axes, z: 3, renderItem: whisker },
          data: bars.flatMap(({ value, se }, row) => (se > 0 ? [[value - se, row, value + se]] : [])),
          encode: { x: [0, 2], y: 1 },
        },
      ];
    }),
  };
  return { title, width: WIDTH, height: top + 44, option };
}

/** Title of a whole picture. */
export const heading = (text: string, subtext: string) => ({
  ...{ text, subtext, left: 16, top: 10, padding: 0, itemGap: 7 },
  textStyle: { ...TEXT, fontSize: 17, fontWeight: 'bold' as const },
  subtextStyle: { ...TEXT, fontSize: 14 },
});

/** A mean and its standard error as a line with ends. */
const whisker: CustomSeriesRenderItem = (_, api) => {
  const [left, y] = api.coord([api.value(0), api.value(1)]);
  const [right] = api.coord([api.value(2), api.value(1)]);
  const strokes = (stroke: string, lineWidth: number) =>
    [
      [left, y, right, y],
      [left, y - 4, left, y + 4],
      [right, y - 4, right, y + 4],
    ].map(([x1, y1, x2, y2]) => ({ type: 'line' as const, shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth } }));
  return { type: 'group', children: [...strokes(HALO, 3), ...strokes(INK, 1.5)] };
};

/** Round ends of an axis around some values, and a round distance of its ticks. */
export function niceAxis(low: number, high: number): { min: number; max: number; interval: number } {
  const rough = (high - low || 1) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = power * ([1, 2, 5, 10].find((step) => step * power >= rough) ?? 10);
  const round = (value: number): number => Number(value.toPrecision(6));
  const [min, max] = [Math.floor(round(low / interval)), Math.ceil(round(high / interval))];
  return { min: round(min * interval), max: round(max * interval), interval: round(interval) };
}

/** Panels with logarithms instead of their values, for a linear axis whose zero is where the bars begin. */
function logarithms(panels: Panel[], from: number | 'lowest') {
  const powers = panels.flatMap(({ bars }) => bars.map(({ value }) => Math.log10(value)));
  const low = Math.floor(Math.min(...powers));
  const zero = from === 'lowest' ? low : Math.log10(from);
  return {
    panels: panels.map(({ bars, ...panel }) => ({
      ...panel,
      bars: bars.map((bar) => ({ ...bar, value: Math.log10(bar.value) - zero })),
    })),
    range: { min: Math.min(0, low - zero), max: Math.ceil(Math.max(...powers) - zero), interval: 1 },
    labelOf: (value: number): string => shortNumber(10 ** (value + zero)),
  };
}

/** With a true minus sign, and as many digits as it needs. */
export const shortNumber = (value: number): string => String(Number(value.toFixed(3))).replace('-', '−');

export const signed = (value: number, digits: number): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
