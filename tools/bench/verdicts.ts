/**
 * Measures by simulation how often the verdicts of `sidestream report` are wrong: false alarms if nothing
 * differs, and how often their intervals contain the true effect. Run it with `npm run bench:verdicts`, followed by the number of runs
 * (2,000 by default), and perhaps the name of one part: `tails`, `split`, `power`, `crowds` or `days`.
 */

import { verdictOf } from '../../packages/lab/verdict/verdict';
import { seededRandom } from '../../src/core/common/random';
import { type Crowd, drawCrowd } from '../../testing/simulated-visitors';
import { measurePower, measureSplit, measureTails } from './verdicts/tails';

const runs = Number(process.argv[2] ?? 2000);
const only = process.argv[3];
const isWanted = (part: string): boolean => only === undefined || only === part;
if (isWanted('tails')) measureTails(runs);
if (isWanted('split')) measureSplit(10 * runs);
if (isWanted('power')) measurePower(runs);
const METRICS = ['buyers', 'clicks-per-impression', 'purchases-per-click', 'clicks', 'revenue-EUR'];
const DAYS = 28;
const LIFT = 1.1;

const daysOf = (sums: ReturnType<typeof drawCrowd>) => ({
  days: sums.map((drawn, day) => ({ day: `2026-03-${String(day + 1).padStart(2, '0')}`, ...drawn })),
});
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const holds = ([low, high]: readonly [number, number], value: number): boolean => low <= value && value <= high;

/** The metrics that the variant changes: purchases per click stay the same. */
const liftOf = (metric: string): number => (metric === 'purchases-per-click' ? 0 : LIFT - 1);

if (isWanted('crowds')) measureCrowds();
if (isWanted('days')) measureDays();

function measureCrowds(): void {
  console.log(
    `${runs} runs each. At one look: false alarms if nothing differs (A/A), and coverage of a 95 % interval (A/B, lift ${LIFT}).`,
  );
  console.log(
    ['visitors', 'split', 'metric', 'A/A difference', 'A/A relative', 'A/B difference', 'A/B relative'].join(' | '),
  );
  const crowds: Pick<Crowd, 'visitors' | 'share'>[] = [
    { visitors: 2000, share: 0.5 },
    { visitors: 6000, share: 0.5 },
    { visitors: 6000, share: 0.2 },
    { visitors: 10_000, share: 0.1 },
  ];
  for (const [at, crowd] of crowds.entries()) {
    const split = new Map([
      ['on', crowd.share],
      ['off', 1 - crowd.share],
    ]);
    const alarms = METRICS.map(() => ({ difference: 0, relative: 0 }));
    const covered = METRICS.map(() => ({ difference: 0, relative: 0 }));
    const ofControl = METRICS.map(() => 0);
    const differences: { metric: number; range: readonly [number, number] }[] = [];
    let mismatches = 0;
    const random = seededRandom(1 + at);
    for (let run = 0; run < runs; run++) {
      const equal = verdictOf(daysOf(drawCrowd(random, { ...crowd, lift: 1 })), { split });
      if (equal.sampleRatio.mismatch) mismatches++;
      const better = verdictOf(daysOf(drawCrowd(random, { ...crowd, lift: LIFT })), { split });
      for (const [metric, name] of METRICS.entries()) {
        const [none, some] = [equal, better].map(({ comparisons }) => comparisons.find((one) => one.metric === name));
        if (none?.difference && !holds(none.difference.once, 0)) alarms[metric].difference++;
        if (none?.relative && !holds(none.relative.once, 0)) alarms[metric].relative++;
        if (some?.relative && holds(some.relative.once, liftOf(name))) covered[metric].relative++;
        if (some?.difference) differences.push({ metric, range: some.difference.once });
        // Both have the same control: its mean over all runs is the true one, except for an error of 1 / sqrt(2 runs).
        for (const { variants } of [equal, better]) {
          ofControl[metric] += (variants[0].estimates[name]?.value ?? 0) / (2 * runs);
        }
      }
    }
    for (const { metric, range } of differences) {
      if (holds(range, liftOf(METRICS[metric]) * ofControl[metric])) covered[metric].difference++;
    }
    for (const [metric, name] of METRICS.entries()) {
      const shares = [alarms, covered].flatMap((of) => [of[metric].difference, of[metric].relative]);
      const cells = shares.map((count) => percent(count / runs));
      console.log([crowd.visitors, percent(crowd.share), name, ...cells].join(' | '));
    }
    console.log(`  false alarms of the split: ${percent(mismatches / runs)}`);
  }
}

function measureDays(): void {
  console.log(
    `\nLooks on each of ${DAYS} days, nothing differs, visitors come back: runs with a false alarm at any look.`,
  );
  const looks = { once: 0, report: 0, revenueOnce: 0, revenue: 0 };
  const random = seededRandom(9);
  for (let run = 0; run < runs; run++) {
    const { days } = daysOf(drawCrowd(random, { visitors: 3000, share: 0.5, lift: 1, days: DAYS }));
    const verdicts = days.map((_, at) => verdictOf({ days: days.slice(0, at + 1) }, { effect: 0.2 }));
    const ofMetric = (name: string) =>
      verdicts.flatMap(({ comparisons }) => comparisons.filter(({ metric }) => metric === name));
    const decided = (name: string) =>
      ofMetric(name).filter(({ decision }) => decision === 'better' || decision === 'worse');
    const enough = 8;
    const naive = (name: string): boolean =>
      ofMetric(name)
        .slice(enough)
        .some(({ relative }) => relative && !holds(relative.once, 0));
    if (naive('buyers')) looks.once++;
    if (naive('revenue-EUR')) looks.revenueOnce++;
    if (decided('buyers').length > 0) looks.report++;
    if (decided('revenue-EUR').length > 0) looks.revenue++;
  }
  console.log(
    `intervals of one look, from the ninth day on: buyers ${percent(looks.once / runs)}, revenue ${percent(looks.revenueOnce / runs)}`,
  );
  console.log(
    `intervals of any look: buyers ${percent(looks.report / runs)}, revenue ${percent(looks.revenue / runs)}`,
  );
}
