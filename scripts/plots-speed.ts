import type { KeptArea } from '../tools/bench/kept';
import { barPanels, MISSED, OWN, type Panel, type Plot, shortNumber } from './plots-panels';

/** Room for the names of bars, which are longer than those of methods. */
const LEFT = 372;
/** Bars end here; the figure stands beside them. */
const [LEAST, MOST] = [0.1, 100];
/** What is ours, among peers. */
const OURS = /^(int8 scan|clustered retrieval)/;

/** How far from its bound every figure of some areas is: 1 is the bound, 2 twice as good. */
export function barsPlot(areas: readonly KeptArea[]): Plot {
  return barPanels({
    ...{ title: 'Speed: how many times better than its bound every figure is', left: LEFT, logarithmic: 1 },
    subtitle: `${machineOf(areas)}; further right is better, left of 1 the bound is missed`,
    ...{ head: 'measured / bound', axis: 'times better than the bound' },
    panels: areas
      .filter(({ bars }) => bars.length > 0)
      .map(
        ({ title, bars }): Panel => ({
          title,
          bars: bars.map(({ name, ratio, bar, side, met }) => ({
            ...{ name, se: 0, color: met ? OWN : MISSED },
            value: Math.min(MOST, Math.max(LEAST, side === 'at least' ? ratio / bar : bar / Math.max(ratio, 0))),
            text: `${ratio.toFixed(2)} ${side === 'at least' ? '≥' : '≤'} ${bar}`,
          })),
        }),
      ),
  });
}

/** The figures of one area side by side, a panel for each group of them. */
export function seriesPlot(area: KeptArea): Plot | null {
  const groups = Object.entries(area.series);
  const units = new Set(groups.map(([, { unit }]) => unit));
  if (groups.length === 0 || units.size > 1) return null;
  const [unit] = units;
  return barPanels({
    ...{ title: area.title, subtitle: machineOf([area]), head: unit, axis: unit, left: LEFT, logarithmic: 'lowest' },
    panels: groups.map(([title, { values }]) => ({
      title,
      bars: values.map(({ name, value }) => ({
        ...{ name, value, se: 0, text: shortNumber(Number(value.toPrecision(3))) },
        ...(OURS.test(name) ? { color: OWN } : {}),
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
