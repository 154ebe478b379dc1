import type { ByPart, DriftPart, LearnerSettings, TunedFigure, Tuning, TuningPart } from '../catalog';
import { table } from './terminal';

/** Parts of the shoppers, in the order of time. */
const PARTS = ['choose', 'confirm', 'report'] as const;

/** The learner settings of a bundle and why the shop has them, for a terminal. */
export function shopSettingsText({ settings, evidence }: Tuning): string {
  const { date, log, seed, compared } = evidence;
  const by = log ? `by ${log.events} events (log ${log.sha256.slice(0, 16)})` : 'on simulated shoppers';
  const how = `${date}, ${by}, seed ${seed}, ${compared.length} settings compared`;
  return `learner settings: ${wordsOf(settings)}\n${how}\n${evidenceTables(evidence)}`;
}

/** Settings in words. */
function wordsOf({ weights = {}, ...others }: LearnerSettings): string {
  const words = (of: object): string[] => Object.entries(of).map(([name, value]) => `${name} ${value}`);
  return [...words(others), ...words(weights).map((weight) => `weight of ${weight}`)].join(', ') || 'defaults';
}

const evidenceTables = ({ lists, drift }: Tuning['evidence']): string =>
  partTables(lists ?? {}, drift ?? {}).join('\n\n');

function partTables(lists: Partial<ByPart<TuningPart>>, drift: Partial<ByPart<DriftPart>>): string[] {
  const rows = PARTS.flatMap((name) => {
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
  const alarms = PARTS.flatMap((name) => {
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
