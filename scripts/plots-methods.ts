import type { KeptResult } from '../src/evaluate';
import type { MethodSummary, TableSummary } from '../src/evaluate/result-summary';
import { type Bar, barPanels, colorOf, heading, INK, type Panel, type Plot, signed, WIDTH } from './plots-panels';

/** Methods whose way through the windows is drawn, as far as they are there. */
const FOLLOWED = ['sidestream', 'static', 'xsmoe-paper', 'popularity'];
const LINES: ('solid' | number[])[] = ['solid', [2, 3], [7, 4], [12, 3, 2, 3]];

/** Change of ln rank against the reference, method by method. */
export function devicePlot({ tables: [table], ...about }: KeptResult): Plot {
  return barPanels({
    title: `Learning on the device: change of ln rank against ${table.reference}`,
    subtitle: `${shoppersOf(about)}; further left is better; whiskers are standard errors`,
    ...{ head: 'change ± error', axis: 'change of ln rank', panels: [changes(table)] },
  });
}

/** The same after a change of preferences, later, and after the return. */
export function driftPlot({ tables, ...about }: KeptResult): Plot {
  const titles: Record<string, string> = {
    'first-20': 'First 20 events after the preferences changed',
    later: 'Later',
    return: 'First 20 events after the return to the old preferences',
  };
  const shown = tables.filter(({ name }) => name in titles);
  return barPanels({
    title: `Drift: change of ln rank against ${shown[0]?.reference ?? 'popularity-now'}`,
    subtitle: `${shoppersOf(about)}; further left is better; whiskers are standard errors`,
    ...{ head: 'change ± error', axis: 'change of ln rank' },
    panels: shown.map((table) => ({ ...changes(table), title: titles[table.name] })),
  });
}

/** Log and shoppers of a result. */
const shoppersOf = ({ command, setting }: Pick<KeptResult, 'command' | 'setting'>): string =>
  `${/--bundle (\S+)/.exec(command)?.[1] ?? 'a log'}: ${setting.split(' whom')[0]}`;

function changes({ methods, reference }: TableSummary): Panel {
  const bars = methods
    .filter(({ name }) => name !== reference)
    .map(
      ({ name, lnRankChange: value, se }): Bar => ({ name, value, se, text: `${signed(value, 3)} ± ${se.toFixed(3)}` }),
    );
  return { bars };
}

/** NDCG@10 by method, and on the way through the windows where that is known. */
export function pooledPlot({ tables: [table], setting }: KeptResult): Plot {
  const first = table.firstWindow ?? 2;
  const last = first - 1 + (table.methods[0].windows?.length ?? 1);
  const plot = barPanels({
    title: 'The pooled stream: train on one window, rank the next',
    subtitle: `${setting.split(';')[0]}; NDCG@10 in percent, mean over the windows ${first} to ${last}`,
    ...{ head: 'HR@10 / NDCG@10', axis: 'NDCG@10, %' },
    panels: [{ bars: table.methods.map(qualityBar) }],
  });
  const followed = FOLLOWED.flatMap((name) => table.methods.find((method) => method.name === name) ?? []);
  return followed.every(({ windows }) => windows && windows.length > 1) ? withLines(plot, followed, first) : plot;
}

const qualityBar = ({ name, hr10, ndcg10 }: MethodSummary): Bar => ({
  ...{ name, value: 100 * ndcg10, se: 0 },
  text: `${(100 * hr10).toFixed(2)} / ${(100 * ndcg10).toFixed(2)}`,
});

/** Adds a panel below: one line per method over the windows, from the number of the first one on. */
function withLines({ title, height, option }: Plot, methods: readonly MethodSummary[], first: number): Plot {
  const list = <T>(part: T | T[] | undefined): T[] => (part === undefined ? [] : Array.isArray(part) ? part : [part]);
  const windows = methods[0].windows ?? [];
  const text = { color: INK, fontSize: 13, fontFamily: 'sans-serif' };
  const faint = { lineStyle: { color: INK, opacity: 0.3 } };
  const grid = list(option.grid).length;
  return {
    title,
    width: WIDTH,
    height: height + 300,
    option: {
      ...option,
      title: [...list(option.title), { ...heading('', 'NDCG@10 in each window, %'), top: height + 4 }],
      grid: [...list(option.grid), { left: 60, right: 124, top: height + 40, height: 190 }],
      xAxis: [
        ...list(option.xAxis),
        {
          ...{ type: 'category', gridIndex: grid, boundaryGap: false, data: windows.map((_, n) => String(n + first)) },
          ...{ name: 'window ranked', nameLocation: 'middle', nameGap: 30, nameTextStyle: { ...text, fontSize: 14 } },
          ...{ axisLabel: text, axisLine: { lineStyle: { color: INK } } },
        },
      ],
      yAxis: [...list(option.yAxis), { type: 'value', gridIndex: grid, min: 0, axisLabel: text, splitLine: faint }],
      series: [
        ...list(option.series),
        ...methods.map(({ name, windows: values = [] }, n) => ({
          ...{ type: 'line' as const, name, xAxisIndex: grid, yAxisIndex: list(option.yAxis).length },
          ...{ symbolSize: 5, symbol: 'circle', data: values.map((value) => 100 * value) },
          itemStyle: { color: colorOf(name) },
          lineStyle: { width: name === 'sidestream' ? 3 : 2, type: LINES[n] },
          endLabel: { ...text, show: true, distance: 8, formatter: name },
          labelLayout: { moveOverlap: 'shiftY' as const },
        })),
      ],
    },
  };
}
