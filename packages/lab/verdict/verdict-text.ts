import { counted, firstNames, shareText } from '../../../src/core/common/text';
import { type OperatingFigures, TIME_BOUNDS } from '../../../src/device/experiment';
import type { Table } from '../evaluate/page/html';
import { signed } from '../evaluate/report-cells';
import type { Effect, Estimate, Measure } from './effects';
import { ALARM, isSingle, type SampleRatio } from './sample-ratio';
import { AT_HORIZON, advice, lossInWords } from './sequential';
import { type Comparison, MIN_ACTIVE, type Verdict } from './verdict';

/** The findings in plain words: alarms, then the result of the deciding metric for each variant. */
export function verdictSentences(verdict: Verdict): string[] {
  const { comparisons, plan, metrics } = verdict;
  const deciding = metrics.find(({ name }) => name === plan.metric);
  const sentences = comparisons
    .filter(({ metric }) => metric === plan.metric)
    .map((one) => `${one.variant} against ${verdict.control}: ${sentenceOf(one, verdict, deciding)}`);
  // If the split is wrong, no other figure counts.
  const against = verdict.plan.declaredSplit ? 'the declared split' : 'an even split';
  return [splitSentence(verdict.sampleRatio, against), ...(verdict.sampleRatio.mismatch ? [] : sentences)];
}

function sentenceOf(
  { variant, metric, relative, decision, decidedOn, needed }: Comparison,
  verdict: Verdict,
  of?: Pick<Measure, 'title' | 'kind'>,
): string {
  const estimateOf = (name: string) => verdict.variants.find((one) => one.name === name)?.estimates[metric] ?? null;
  const [zero, one] = [estimateOf(verdict.control), estimateOf(variant)];
  if (!of || !relative) {
    const paid = `${zero?.active ?? 0} of “${verdict.control}” and ${one?.active ?? 0} of “${variant}” did`;
    const few = metric.startsWith('revenue-') ? ` ${MIN_ACTIVE} visitors of each variant must have paid; ${paid}.` : '';
    return `nothing can be said about “${of?.title ?? metric}” yet.${few}`;
  }
  const values = `${of.title}: ${valueText(one, of.kind)} against ${valueText(zero, of.kind)}`;
  const change = `${percent(relative.value)} (${rangeText(relative.always)} at any look)`;
  const missing = missingVisitors({ variant, needed }, verdict);
  const { effect, margin, base } = verdict.plan;
  const accepted = lossInWords(margin, of.title.charAt(0).toLowerCase() + of.title.slice(1), margin === effect);
  const action = decision === 'continue' && missing <= 0 ? AT_HORIZON : advice(decision, accepted);
  const fixed = base !== null && of.kind === 'share';
  const changes = ` (${base === null ? 'computed' : 'the spread is taken'} from the data so far and changes daily)`;
  const rests = decidedOn === null ? '' : ` Decided on ${decidedOn} by the interval at any look.`;
  const more =
    decision === 'continue' && missing > 0 && needed
      ? ` About ${whole(missing)} more visitors find an effect of ${percent(effect)}${fixed ? '' : changes}; a larger one shows sooner.`
      : '';
  return `${values}, ${change}. ${action}${rests}${more}`;
}

/** Number of further visitors of both variants until the sought effect is found with the power of the plan; infinite if unknown. */
export function missingVisitors(
  { variant, needed }: Pick<Comparison, 'variant' | 'needed'>,
  { variants, control }: Pick<Verdict, 'variants' | 'control'>,
): number {
  return (needed ?? Number.POSITIVE_INFINITY) - visitorsOf([control, variant], variants);
}

/** Visitors of these variants together. */
export const visitorsOf = (names: readonly string[], variants: Verdict['variants']): number =>
  variants.reduce((sum, { name, visitors }) => sum + (names.includes(name) ? visitors : 0), 0);

/** Warns prominently if the split differs from the declared one, or if there is only one variant. */
export function splitSentence({ variants, p, mismatch }: SampleRatio, against: string): string {
  const counts = variants.map(
    ({ name, visitors, expected }) => `${name} ${whole(visitors)} of ${whole(expected)} expected`,
  );
  const found = `${counts.join(', ')}; p ${p < 0.0001 ? '' : '= '}${probability(p)} at any look, against ${against}`;
  if (isSingle(variants)) return singleSentence({ variants, p }, found);
  return mismatch
    ? `WARNING: THE SPLIT IS WRONG. Something loses or adds visitors in a variant, and no other figure counts: ${found}.`
    : `The visitors are split as they should be: ${found}.`;
}

/** The warning if at most one variant has visitors. @param found the counts against the split */
function singleSentence({ variants, p }: Pick<SampleRatio, 'variants' | 'p'>, found: string): string {
  const missing = variants.filter(({ visitors }) => visitors === 0);
  if (missing.length === 0) {
    const [{ name, visitors }] = variants;
    return `WARNING: THERE IS ONLY ONE VARIANT, and nothing can be compared: all ${whole(visitors)} visitors had “${name}”. Make sure that the pages report another one as well.`;
  }
  const none = `No visitor had ${missing.map(({ name }) => `“${name}”`).join(' or ')}, and nothing can be compared: ${found}.`;
  if (p < ALARM) return `WARNING: THE SPLIT IS WRONG. ${none}`;
  const chance = missing.some(({ expected }) => expected > 0) ? ' With so few visitors this may be chance.' : '';
  return `WARNING: THERE IS ONLY ONE VARIANT. ${none}${chance}`;
}

/** The variants and days that are left out, in sentences. */
export function setAsideText({ setAside, strayDays }: Pick<Verdict, 'setAside' | 'strayDays'>): string[] {
  return [
    ...listed(setAside, 'the split does not name them or too few visitors had them').map(
      (text) => `${text} If one belongs to the experiment, declare it in the split.`,
    ),
    ...listed(
      strayDays,
      'they lie apart from all other days and too few visitors had them, perhaps with a wrong clock',
    ),
  ];
}

function listed(aside: Verdict['setAside'], why: string): string[] {
  const named = aside.map(({ name, visitors }) => `“${name}” (${counted(visitors, 'visitor')})`);
  return aside.length === 0 ? [] : [`Set aside because ${why}: ${firstNames(named)}.`];
}

export function variantCells({ variants, metrics }: Verdict): Table {
  return {
    title: 'Variants',
    header: ['', ...variants.map(({ name }) => name)],
    rows: [
      ['Visitors', ...variants.map(({ visitors }) => whole(visitors))],
      ...metrics.flatMap(({ name, title, kind, cap }) => [
        [title, ...variants.map((one) => valueText(one.estimates[name], kind))],
        ...(cap === null ? [] : [['  all of it', ...variants.map((one) => valueText(one.uncapped[name], kind))]]),
      ]),
    ],
  };
}

/** Each variant against the control. */
export function comparisonCells(verdict: Verdict): Table[] {
  const confidence = shareText(1 - verdict.plan.alpha);
  const header = ['', 'change', `${confidence} at one look`, `${confidence} at any look`, 'p at any look', 'says'];
  const says = ({ decision }: Comparison): string => (verdict.sampleRatio.mismatch ? 'split is wrong' : decision);
  return [...new Set(verdict.comparisons.map(({ variant }) => variant))].map((name) => ({
    title: `${name} against ${verdict.control}`,
    header: isOpen(verdict, name) ? [...header, NEEDED] : header,
    rows: verdict.comparisons
      .filter(({ variant }) => variant === name)
      .map((one) => [
        verdict.metrics.find(({ name }) => name === one.metric)?.title ?? one.metric,
        ...effectCells(one.relative),
        says(one),
        ...(isOpen(verdict, name) ? [one.needed ? whole(one.needed) : ''] : []),
      ]),
  }));
}

/** Whether more visitors may decide about a variant. */
const isOpen = ({ comparisons, plan, sampleRatio }: Verdict, name: string): boolean =>
  !sampleRatio.mismatch &&
  comparisons.some(
    ({ variant, metric, decision }) => variant === name && metric === plan.metric && decision === 'continue',
  );

const effectCells = (of: Effect | null): string[] =>
  of ? [percent(of.value), rangeText(of.once), rangeText(of.always), probability(of.p)] : [TOO_FEW, '', '', ''];

/** The operating figures of the variants; nothing if no page reported any. */
export function operatingCells({ operations }: Pick<Verdict, 'operations'>): Table[] {
  if (operations.length === 0) return [];
  const row = (title: string, cell: (of: OperatingFigures) => string): string[] => [title, ...operations.map(cell)];
  const codes = [...new Set(operations.flatMap(({ errors }) => Object.keys(errors)))].sort();
  return [
    {
      title: 'Operating figures',
      header: ['', ...operations.map(({ variant }) => variant?.split('/')[1] ?? '')],
      rows: [
        row('Pages with a list', ({ pages }) => whole(pages)),
        row('Time to the first list, median', (of) => timeText(of, 0.5)),
        row('Time to the first list, 90 %', (of) => timeText(of, 0.9)),
        row('Loaded per page, kB', ({ bytes, pages }) => (pages > 0 ? whole(bytes / pages / 1000) : '')),
        row('Encoders on WebGPU, pages', ({ encoders }) => whole(encoders.webgpu)),
        row('Encoders on WebAssembly, pages', ({ encoders }) => whole(encoders.wasm)),
        row('No encoder, pages', ({ pages, encoders }) => whole(Math.max(0, pages - encoders.webgpu - encoders.wasm))),
        ...codes.map((code) => row(`Errors ${code}`, ({ errors }) => whole(errors[code] ?? 0))),
      ],
    },
  ];
}

/** The bound below which a share of the times lies. */
function timeText({ firstList }: OperatingFigures, share: number): string {
  const total = Object.values(firstList).reduce((sum, count) => sum + count, 0);
  if (total === 0) return '';
  let left = share * total;
  for (const bound of TIME_BOUNDS) {
    left -= firstList[`${bound}`] ?? 0;
    if (left <= 0) return `up to ${bound / 1000} s`;
  }
  return `over ${(TIME_BOUNDS.at(-1) ?? 0) / 1000} s`;
}

const NEEDED = 'visitors needed';

/** Meanings of the words in the tables. Only a verdict that is still open says how many visitors it needs. */
export const explanationOf = (verdict: Verdict) =>
  EXPLANATION.filter(([term]) => term !== NEEDED || verdict.variants.some(({ name }) => isOpen(verdict, name)));

const EXPLANATION: readonly (readonly [string, string])[] = [
  ['±', 'standard error: the true value is within it in about 68 of 100 experiments'],
  ['change', 'how much more, or less, than the control, in percent of the control'],
  ['at one look', 'holds the true change if one looks once, at a number of visitors fixed in advance'],
  ['at any look', 'holds it at all looks simultaneously, however often one looks: decide by this one'],
  [
    'says',
    'better or worse: the interval at any look excludes zero, on the first such day for the metric that decides; no-worse: it is above the accepted loss, which is as large as the effect unless another was named; continue: not known yet',
  ],
  [
    NEEDED,
    'of both variants together, to find the sought effect with the requested power, at any look; computed from the data so far, so it changes daily, unless the expected share was named beforehand',
  ],
  [
    'up to … each',
    'revenue of a visitor counts up to this amount, because a few very large orders would dominate the mean of few visitors; the amount depends on all variants together and grows with the number of visitors',
  ],
  ['all purchases', 'all purchases, even without a list, per click on a list: 381 % means 3.81 purchases per click'],
];

export const percent = (share: number): string => `${signed(100 * share, 1)} %`;
/** Change above which an interval says nothing: the variants have too few counts. */
const MAX_CHANGE = 10;
export const TOO_FEW = 'too few to say';
export const rangeText = ([low, high]: readonly [number, number]): string =>
  high > MAX_CHANGE ? TOO_FEW : `${percent(low)} to ${percent(high)}`;
export const whole = (count: number): string => Math.round(count).toLocaleString('en');

const probability = (p: number): string => (p < 0.0001 ? '< 0.0001' : p.toPrecision(2));

/** An estimate with its standard error. */
export function valueText(of: Estimate | null, kind: Measure['kind']): string {
  if (!of) return TOO_FEW;
  const [scale, unit, digits] = kind === 'mean' ? [1, '', of.value < 10 ? 3 : 2] : [100, ' %', 2];
  return `${(scale * of.value).toFixed(digits)}${unit} ± ${(scale * of.se).toFixed(digits)}`;
}
