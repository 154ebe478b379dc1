import type { KeptResult } from '../src/lab/evaluate';
import type { TableSummary } from '../src/lab/evaluate/result-summary';
import { type Bar, barPanels, type Panel, type Plot, signed } from './plots-panels';

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
