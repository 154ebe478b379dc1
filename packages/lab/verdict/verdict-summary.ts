import { counted } from '../../../src/core/common/text';
import type { Tile } from '../evaluate/page/html';
import { isSingle } from './sample-ratio';
import type { Decision } from './sequential';
import type { Comparison, Verdict } from './verdict';
import { missingVisitors, percent, rangeText, TOO_FEW, valueText, visitorsOf, whole } from './verdict-text';

/** A verdict in a few words. */
export interface Headline {
  text: string;
  tone: Decision | 'wrong';
}

/** The verdict on each variant by the metric that decides; only the alarm if the split is wrong. */
export function headlines(verdict: Verdict): Headline[] {
  const { sampleRatio, control } = verdict;
  if (sampleRatio.mismatch) {
    const single = isSingle(sampleRatio.variants);
    return [{ text: single ? 'There is only one variant' : 'The split is wrong: no figure counts', tone: 'wrong' }];
  }
  return deciding(verdict).map((one) => {
    const others = verdict.variants.length > 2 ? ` about “${one.variant}”` : '';
    const text = {
      better: `“${one.variant}” is better than “${control}”`,
      worse: `“${one.variant}” is worse than “${control}”`,
      'no-worse': `“${one.variant}” is no worse than “${control}”`,
      continue: one.relative ? `Not decided yet${others}` : `Too few visitors yet${others}`,
    }[one.decision];
    const isOver = one.decision === 'continue' && missingVisitors(one, verdict) <= 0;
    return { text: isOver ? `Not decided${others} by the planned number of visitors` : text, tone: one.decision };
  });
}

/** Visitors, the metric that decides, and the days left. */
export function verdictTiles(verdict: Verdict): Tile[] {
  const { variants, plan, metrics, sampleRatio, control } = verdict;
  const metric = metrics.find(({ name }) => name === plan.metric);
  const all = deciding(verdict);
  const estimateOf = (name: string) => variants.find((one) => one.name === name)?.estimates[plan.metric] ?? null;
  const cells = (name: string): string => `${name} ${metric ? valueText(estimateOf(name), metric.kind) : TOO_FEW}`;
  const changes = all.map(({ variant, relative }) => {
    const change = relative ? percent(relative.value) : TOO_FEW;
    return all.length > 1 ? `${variant} ${change}` : change;
  });
  const ranges = all.flatMap(({ variant, relative }) =>
    relative ? [`${all.length > 1 ? `${variant}: ` : ''}${rangeText(relative.always)} at any look`] : [],
  );
  return [
    {
      title: 'Visitors',
      value: whole(variants.reduce((sum, { visitors }) => sum + visitors, 0)),
      about: sampleRatio.variants.map(
        ({ name, visitors, expected }) =>
          `${name} ${whole(visitors)}${sampleRatio.mismatch ? ` of ${whole(expected)} expected` : ''}`,
      ),
    },
    {
      title: metric?.title ?? plan.metric,
      value: sampleRatio.mismatch ? '–' : changes.join(', '),
      about: sampleRatio.mismatch
        ? ['not valid with this split']
        : [...ranges, [...all.map(({ variant }) => variant), control].map(cells).join(' against ')],
    },
    { title: 'Days left', ...daysLeft(verdict) },
  ];
}

const deciding = ({ comparisons, plan }: Verdict): Comparison[] =>
  comparisons.filter(({ metric }) => metric === plan.metric);

/** More days than this are not worth counting. */
const MAX_DAYS = 3650;

/** Days until the visitors needed have come, at the mean rate of visitors so far. */
function daysLeft(verdict: Verdict): Pick<Tile, 'value' | 'about'> {
  if (verdict.sampleRatio.mismatch) return { value: '–', about: ['find what changes the split first'] };
  const [first, last] = verdict.days.map((day) => Date.parse(day));
  const counting = (last - first) / 86_400_000 + 1;
  const open = deciding(verdict).filter(({ decision }) => decision === 'continue');
  if (open.length === 0) {
    const on = deciding(verdict).flatMap(({ decidedOn }) => decidedOn ?? []);
    return { value: '0', about: [on.length > 0 ? `decided on ${on.toSorted().at(-1)}` : 'decided'] };
  }
  const days = Math.max(
    ...open.map((one) => {
      const visitors = visitorsOf([verdict.control, one.variant], verdict.variants);
      return Math.ceil((Math.max(0, missingVisitors(one, verdict)) * counting) / visitors);
    }),
  );
  if (!Number.isFinite(days)) return { value: '?', about: ['too few visitors to estimate it'] };
  if (days === 0) return { value: '0', about: ['the visitors needed have come'] };
  const missing = Math.max(...open.map((one) => missingVisitors(one, verdict)));
  const rate = `for about ${whole(missing)} more visitors, at the rate of ${counted(counting, 'day')} so far`;
  return { value: days > MAX_DAYS ? 'over 10 years' : `about ${whole(days)}`, about: [rate] };
}
