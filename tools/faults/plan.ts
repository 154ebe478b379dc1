import { type Random, seededRandom } from '../../src/core/common/random';

/** Number of events of a whole run: few enough that the log is not cut, many enough for each kill to hit some. */
const MAX_EVENTS = 3000;
/** The latest moment of a kill after the first acknowledgement of its round, ms. */
const MAX_KILL_MS = 1500;
/** Share of the rounds that are killed while the page loads, and the latest moment after the navigation, ms. */
const EARLY_SHARE = 0.25;
const MAX_EARLY_KILL_MS = 1000;
/** Share of the rounds in which a second tab of the shop tracks events too. */
const TWO_TABS_SHARE = 0.35;
/** Share of the rounds in which the shopper denies consent. */
const DENIAL_SHARE = 0.25;
/** Share of the rounds whose page waits for a consent tool, which has the shopper's yes. */
const TOOL_SHARE = 0.3;
const TYPES = ['view', 'click', 'click', 'cart'] as const;

/**
 * How the shopper denies consent: by a call, by a consent tool, by `eraseDevice()`, or on a page whose bundle has disappeared.
 */
export const DENIALS = ['call', 'tool', 'erase', 'gone'] as const;
export type Denial = (typeof DENIALS)[number];

/** The next step of the shopper in page.js. */
interface Step {
  events: { name: string; type: (typeof TYPES)[number]; place: number }[];
  recommend: boolean;
  /** How to deny consent after the events, in this tab; null for no denial. */
  deny: Denial | null;
  /** Pause before the next step, ms. */
  pause: number;
}

/** The plan between two kills. */
export interface Plan {
  steps: Step[];
  /** Steps of a second tab at the same time; null for none. */
  second: Step[] | null;
  /** Whether the first tab asks a consent tool. */
  tool: boolean;
  /** Whether the kill is timed from a navigation rather than from the first acknowledgement. */
  early: boolean;
  /** When to kill, ms. */
  delay: number;
}

/** The plan of each round, the same for the same seed. */
export function planRounds(kills: number, seed: number): Plan[] {
  const random = seededRandom(seed);
  const most = Math.min(40, Math.max(3, Math.floor(MAX_EVENTS / kills)));
  let denials = 0;
  return Array.from({ length: kills }, (_, round) => {
    const early = random() < EARLY_SHARE;
    const delay = random() * (early ? MAX_EARLY_KILL_MS : MAX_KILL_MS);
    const first = round * most;
    const other = random() < TWO_TABS_SHARE ? Math.floor(most / 2) : 0;
    const steps = planSteps(random, first, most - other);
    const second = other > 0 ? planSteps(random, first + most - other, other) : null;
    // Early, so that most kills come after or during it.
    if (random() < DENIAL_SHARE) {
      // In turn, so that even a short run covers them all.
      steps[Math.floor(random() * Math.min(3, steps.length))].deny = DENIALS[denials++ % DENIALS.length];
    }
    return { early, delay, steps, second, tool: random() < TOOL_SHARE };
  });
}

/** Bursts of events with occasional pauses, some of them long enough for training (150 ms) and saving (400 ms). */
function planSteps(random: Random, first: number, most: number): Step[] {
  const steps: Step[] = [];
  for (let serial = first; serial < first + most; ) {
    const size = Math.min(1 + Math.floor(random() * 4), first + most - serial);
    const events = Array.from({ length: size }, () => ({
      name: `f-${serial++}`,
      type: TYPES[Math.floor(random() * TYPES.length)],
      place: random(),
    }));
    const pause = random() < 0.4 ? random() * 600 : 0;
    steps.push({ events, recommend: random() < 0.2, deny: null, pause });
  }
  return steps;
}
