import type { ByPart, DriftPart, TunedFigure, Tuning, TuningPart } from '../../catalog';
import { type ChosenSettings, type ChosenThreshold, LOSS, TUNING_PARTS } from '../../evaluate/tune';
import { table } from '../terminal';

/** What was compared and what came of it, for a terminal. */
export function tuningTables({ compared, parts }: ChosenSettings, threshold: ChosenThreshold): string {
  const tried = compared.map(({ name, shoppers, changes: { risk, worse, lnRank } }) => [
    name,
    String(shoppers),
    signed(lnRank, 3),
    percent(worse),
    percent(risk),
  ]);
  const first = table(['compared with the settings of every shop', 'shoppers', 'ln rank', 'made worse', 'risk'], tried);
  return [first, ...partTables(parts, threshold.parts), LEGEND].join('\n\n');
}

const LEGEND = [
  'choose, confirm, report: shoppers that the settings were chosen on, that decide whether they are written, and that decide nothing.',
  'Of each figure: with the settings of every shop, with those chosen, and the change. ± is one standard error, shopper by shopper.',
  'ln rank: natural logarithm of the place of what was chosen next, lower is better. Made worse: share of the shoppers ranked worse than by a list that does not learn.',
  'Risk: the same as a probability, as few choices say little of one shopper.',
].join('\n');

/** Why the settings of lists were written, in sentences; empty where none were. */
export function tuningVerdict({ settings, parts: { confirm, report } }: ChosenSettings): string {
  if (!settings || !confirm) return '';
  const changes = ({ change: { risk, lnRank } }: TuningPart): string =>
    `the risk changes by ${percent(risk)}${errorsOf(risk)} and the ln rank by ${signed(lnRank, 3)}${errorsOf(lnRank)}`;
  const why = `Settings are written: on the ${confirm.shoppers} shoppers of confirm ${changes(confirm)}. That takes a fall of the risk or of the ln rank by two errors, no more shoppers made worse, and a rise of the ln rank by less than ${LOSS} even two errors above its mean: a rise within that bound is accepted in exchange for the lower risk.`;
  return report ? `${why} What to expect: on the ${report.shoppers} shoppers of report ${changes(report)}.` : why;
}

const errorsOf = ({ mean, se }: TunedFigure): string => (se > 0 ? ` (${(Math.abs(mean) / se).toFixed(1)} errors)` : '');

/** The figures of a bundle's settings, for a terminal. */
export const evidenceTables = ({ lists, drift }: Tuning['evidence']): string =>
  partTables(lists ?? {}, drift ?? {}).join('\n\n');

function partTables(lists: Partial<ByPart<TuningPart>>, drift: Partial<ByPart<DriftPart>>): string[] {
  const rows = TUNING_PARTS.flatMap((name) => {
    const part = lists[name];
    if (!part) return [];
    const { shoppers, choices, lnRank, worse, risk, change } = part;
    return [
      [
        ...[name, String(shoppers), String(choices)],
        `${lnRank.defaults.toFixed(3)} to ${lnRank.tuned.toFixed(3)} (${signed(change.lnRank, 3)})`,
        `${share(worse.defaults)} to ${share(worse.tuned)} (${percent(change.worse)})`,
        `${share(risk.defaults)} to ${share(risk.tuned)} (${percent(change.risk)})`,
      ],
    ];
  });
  const alarms = TUNING_PARTS.flatMap((name) => {
    const part = drift[name];
    if (!part) return [];
    const { streams, detected, falseAlarms, change } = part;
    return [
      [
        ...[name, String(streams)],
        `${share(detected.defaults)} to ${share(detected.tuned)} (${percent(change.detected)})`,
        `${falseAlarms.defaults.toFixed(2)} to ${falseAlarms.tuned.toFixed(2)} (${signed(change.falseAlarms, 2)})`,
      ],
    ];
  });
  return [
    ...(rows.length > 0 ? [table(['part', 'shoppers', 'choices', 'ln rank', 'made worse', 'risk'], rows)] : []),
    ...(alarms.length > 0 ? [table(['part', 'streams', 'shifts found', 'false alarms per 100'], alarms)] : []),
  ];
}

const sign = (value: number): string => (value > 0 ? '+' : '');
const signed = ({ mean, se }: TunedFigure, digits: number): string =>
  `${sign(mean)}${mean.toFixed(digits)} ± ${se.toFixed(digits)}`;
const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
const percent = ({ mean, se }: TunedFigure): string =>
  `${sign(mean)}${(100 * mean).toFixed(1)} ± ${(100 * se).toFixed(1)} %`;
