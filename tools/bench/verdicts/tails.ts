import { compared } from '../../../packages/lab/verdict/effects';
import type { MetricLog } from '../../../packages/lab/verdict/metric-log';
import { sampleRatio } from '../../../packages/lab/verdict/sample-ratio';
import { verdictOf } from '../../../packages/lab/verdict/verdict';
import { type Random, seededRandom } from '../../../src/core/common/random';
import { sumsOf, type VisitorSums } from '../../../src/device/experiment';
import { logNormal, pareto } from '../../../testing/simulated-visitors';

/** Share of the visitors who buy. */
const BUYERS = 0.07;
const METRIC = 'revenue-EUR';
const TAILS = { 'log-normal, sigma 1': logNormal(1), 'log-normal, sigma 2': logNormal(2), 'Pareto 1.1': pareto(1.1) };
const LOOKS = 28;
const SPLIT_LOOKS = 60;

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const splitOf = (share: number) =>
  new Map([
    ['on', share],
    ['off', 1 - share],
  ]);
const leavesOutZero = (range: readonly [number, number] | undefined): boolean =>
  range !== undefined && (range[0] > 0 || range[1] < 0);

/** Successes among trials: drawn one by one, or for many trials by the normal distribution. */
function binomial(random: Random, trials: number, share: number): number {
  if (trials * share * (1 - share) > 400) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(trials * share + normal * Math.sqrt(trials * share * (1 - share))));
  }
  let successes = 0;
  for (let trial = 0; trial < trials; trial++) if (random() < share) successes++;
  return successes;
}

interface Shop {
  visitors: number;
  share: number;
  price: (random: Random) => number;
  /** Factor of the variant on the share of buyers. */
  lift?: number;
  days?: number;
}

/** Days of new visitors; only their purchases are drawn, which allows many visitors. */
function drawDays(random: Random, { visitors, share, price, lift = 1, days = 1 }: Shop): MetricLog['days'] {
  return Array.from({ length: days }, (_, day) => {
    const came = Math.floor(((day + 1) * visitors) / days) - Math.floor((day * visitors) / days);
    const inVariant = binomial(random, came, share);
    const revenue: MetricLog['days'][number]['revenue'] = [];
    const side = (variant: string, units: number, factor: number): [string, VisitorSums] => {
      const none = { impressions: 0, clicks: 0, carts: 0, purchases: 0 };
      const sums: VisitorSums = { ...sumsOf(variant, { ...none, revenue: { EUR: 0 } }), visitors: units };
      const buyers = binomial(random, units, BUYERS * factor);
      const paid = { visitors: buyers, sum: 0, squares: 0 };
      for (let buyer = 0; buyer < buyers; buyer++) {
        const after = price(random);
        paid.sum += after;
        paid.squares += after ** 2;
        revenue.push({ variant, currency: 'EUR', before: 0, after });
      }
      const purchases = { visitors: buyers, sum: buyers, squares: buyers };
      return [variant, { ...sums, purchases, revenue: { EUR: paid } }];
    };
    const variants = new Map([side('test/on', inVariant, lift), side('test/off', came - inVariant, 1)]);
    return { day: new Date(Date.UTC(2026, 2, 1 + day)).toISOString().slice(0, 10), variants, revenue };
  });
}

/** The result of one look at revenue, and the result if all revenue counted. */
function revenueAt(days: MetricLog['days'], share: number) {
  const { comparisons, variants } = verdictOf({ days }, { split: splitOf(share), metric: METRIC, effect: 0.2 });
  const [zero, one] = variants.map((of) => of.uncapped[METRIC] ?? of.estimates[METRIC] ?? null);
  return {
    judged: comparisons.find(({ metric }) => metric === METRIC),
    whole: compared(zero, one, { alpha: 0.05, effect: 0.2 }),
  };
}

/** False alarms of revenue with heavy tails if nothing differs. */
export function measureTails(runs: number): void {
  console.log(`Revenue if nothing differs, ${runs} runs each: 95 % intervals of one look that exclude zero,`);
  console.log(
    `in brackets if all revenue counted; verdicts at one look; verdicts over ${LOOKS} daily looks (${Math.ceil(runs / 10)} runs).`,
  );
  console.log('prices | share | visitors | difference | relative | said at one look | at any of the looks');
  for (const [name, price] of Object.entries(TAILS)) {
    for (const share of [0.5, 0.05]) {
      for (const visitors of [1000, 10_000, 30_000, 100_000]) {
        const random = seededRandom(visitors + Math.round(100 * share));
        const found = { difference: 0, relative: 0, wholeDifference: 0, wholeRelative: 0, said: 0, looks: 0 };
        for (let run = 0; run < runs; run++) {
          const { judged, whole } = revenueAt(drawDays(random, { visitors, share, price }), share);
          if (leavesOutZero(judged?.difference?.once)) found.difference++;
          if (leavesOutZero(judged?.relative?.once)) found.relative++;
          if (leavesOutZero(whole.difference?.once)) found.wholeDifference++;
          if (leavesOutZero(whole.relative?.once)) found.wholeRelative++;
          if (judged?.decision === 'better' || judged?.decision === 'worse') found.said++;
        }
        // Each look is a separate verdict.
        const daily = Math.ceil(runs / 10);
        for (let run = 0; run < daily; run++) {
          const days = drawDays(random, { visitors, share, price, days: LOOKS });
          if (revenueAt(days, share).judged?.decidedOn) found.looks++;
        }
        const cells = [
          `${percent(found.difference / runs)} (${percent(found.wholeDifference / runs)})`,
          `${percent(found.relative / runs)} (${percent(found.wholeRelative / runs)})`,
          percent(found.said / runs),
          percent(found.looks / daily),
        ];
        console.log([name, percent(share), visitors, ...cells].join(' | '));
      }
    }
  }
}

/** How often an effect is found, by one look and by the interval at any look. */
export function measurePower(runs: number): void {
  console.log(`\nRevenue if the variant has a fifth more buyers, ${runs} runs each: found at one look, at any look;`);
  console.log('in brackets if all revenue counted.');
  console.log('prices | share | visitors | one look | any look');
  for (const [name, price] of Object.entries(TAILS)) {
    for (const share of [0.5, 0.05]) {
      for (const visitors of [10_000, 30_000, 100_000]) {
        const random = seededRandom(visitors + Math.round(100 * share) + 7);
        const found = { once: 0, always: 0, wholeOnce: 0, wholeAlways: 0 };
        for (let run = 0; run < runs; run++) {
          const { judged, whole } = revenueAt(drawDays(random, { visitors, share, price, lift: 1.2 }), share);
          if ((judged?.relative?.once[0] ?? 0) > 0) found.once++;
          if ((judged?.relative?.always[0] ?? 0) > 0) found.always++;
          if ((whole.relative?.once[0] ?? 0) > 0) found.wholeOnce++;
          if ((whole.relative?.always[0] ?? 0) > 0) found.wholeAlways++;
        }
        const cells = [
          `${percent(found.once / runs)} (${percent(found.wholeOnce / runs)})`,
          `${percent(found.always / runs)} (${percent(found.wholeAlways / runs)})`,
        ];
        console.log([name, percent(share), visitors, ...cells].join(' | '));
      }
    }
  }
}

/** Alarms of the split over daily looks: for a correct split, and if one in ten of the variant's visitors is lost. */
export function measureSplit(runs: number): void {
  console.log(`\nThe split at ${SPLIT_LOOKS} daily looks, ${runs} runs each: alarms if it is right, in brackets by a`);
  console.log('chi-square test that is evaluated as often; alarms if a tenth of the visitors of the variant is lost.');
  console.log('share | visitors a day | right | a tenth lost');
  for (const share of [0.5, 0.05]) {
    for (const daily of [100, 1000, 10_000]) {
      const random = seededRandom(daily + Math.round(100 * share));
      const found = { right: 0, chiSquare: 0, lost: 0 };
      const alarmOf = (kept: number): { alarm: boolean; chiSquare: boolean } => {
        let [all, on] = [0, 0];
        let chiSquare = false;
        const days = Array.from({ length: SPLIT_LOOKS }, () => {
          const came = binomial(random, daily, share);
          const counted = kept < 1 ? binomial(random, came, kept) : came;
          all += daily - came + counted;
          on += counted;
          // The 0.1 % point of chi-square with one degree of freedom.
          chiSquare ||= (on - all * share) ** 2 / (all * share * (1 - share)) > 10.8276;
          return new Map([
            ['on', counted],
            ['off', daily - came],
          ]);
        });
        return { alarm: sampleRatio(days, splitOf(share)).mismatch, chiSquare };
      };
      for (let run = 0; run < runs; run++) {
        const { alarm, chiSquare } = alarmOf(1);
        if (alarm) found.right++;
        if (chiSquare) found.chiSquare++;
      }
      const few = Math.ceil(runs / 20);
      for (let run = 0; run < few; run++) if (alarmOf(0.9).alarm) found.lost++;
      console.log(
        [
          percent(share),
          daily,
          `${percent(found.right / runs)} (${percent(found.chiSquare / runs)})`,
          percent(found.lost / few),
        ].join(' | '),
      );
    }
  }
}
