import type { LearnerSettings, TunedTerm } from '../../catalog';
import { TUNED_TERMS } from '../../catalog';
import { START, START_WITH_BASE, type Start } from '../../learner';

/** Settings that differ from those of every shop in one thing. */
export interface Candidate {
  /** What they differ in: of each, one candidate at most is used. */
  subject: string;
  /** In words. */
  name: string;
  settings: LearnerSettings;
}

/** Natural logarithm of the factor by which a shopper's choices changed each start weight. */
export type LearnedWeights = Partial<Record<TunedTerm, number>>;

const settings = (subject: string, name: keyof LearnerSettings, values: readonly number[]): Candidate[] =>
  values.map((value) => ({ subject, name: `${subject} ${value}`, settings: { [name]: value } }));

/** What every shop starts from. @param base whether it has a base model */
const startOf = (base: boolean): Start => (base ? START_WITH_BASE : START);

/** Anchors: lists of the same learning, so that they cost little to try. Without a base model there is none. */
export const ANCHORS: readonly Candidate[] = [
  { anchor: 0.2 },
  { anchor: 0.8 },
  { anchorSlope: 1.5 },
  { anchor: 0.8, anchorSlope: 1.5 },
  { anchor: 0.25, anchorSlope: 0.5 },
].map((own) => ({ subject: 'anchor', name: wordsOf(own), settings: own }));

/**
 * Settings that change what is learned. Start weights are tried where the choices of the shoppers took them: half of the way, and
 * all of it, by the mean over shoppers.
 * @param learned of each shopper under the settings of every shop, at the end of the shopper's choices
 * @param base whether the shop has a base model
 */
export function learningCandidates(learned: readonly LearnedWeights[], base: boolean): Candidate[] {
  const start = startOf(base);
  const { preference } = start.weights;
  return [
    ...[0.5, 1].map((way) => ({
      subject: 'start weights',
      name: `start weights ${way === 1 ? 'where' : 'half-way to where'} choices take them`,
      settings: { weights: startWeights(start, learned, way) },
    })),
    ...(base ? [1.5] : [0.5, 1.5]).map((factor) => ({
      subject: 'weight of the experts',
      name: `weight of the experts ${rounded(factor * preference)}`,
      settings: { weights: { preference: rounded(factor * preference) } },
    })),
    ...settings('fading', 'fading', [rounded(0.5 * start.fading), rounded(1.75 * start.fading)]),
    ...settings('share', 'share', [0.02, 0.1]),
    ...settings('trial', 'trial', [16]),
    ...settings('keep at', 'keepAt', [0.8]),
    ...settings('experts kept', 'kept', [2]),
    ...settings('guard floor', 'guardFloor', [-0.1]),
  ];
}

function startWeights({ weights }: Start, learned: readonly LearnedWeights[], way: number): LearnerSettings['weights'] {
  return Object.fromEntries(
    TUNED_TERMS.filter((name) => weights[name] > 0).map((name) => {
      const mean = learned.reduce((sum, own) => sum + (own[name] ?? 0), 0) / Math.max(1, learned.length);
      return [name, rounded(weights[name] * Math.exp(way * mean))];
    }),
  );
}

const rounded = (value: number): number => Number(value.toPrecision(3));

/** Both settings; of a start weight that both have, the second one's. */
export const merged = (one: LearnerSettings, other: LearnerSettings): LearnerSettings => ({
  ...one,
  ...other,
  ...(one.weights || other.weights ? { weights: { ...one.weights, ...other.weights } } : {}),
});

/** What of the settings changes what is learned: all but the anchor. */
export function learningOf({ anchor: _, anchorSlope: _slope, ...learning }: LearnerSettings): LearnerSettings {
  return learning;
}

/** The same for two settings that teach a learner the same: lists of one learning differ in the anchor alone. */
export const learningKey = (settings: LearnerSettings): string =>
  JSON.stringify(Object.entries(learningOf(settings)).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Settings in words. */
export function wordsOf({ weights = {}, ...others }: LearnerSettings): string {
  const words = (of: object): string[] => Object.entries(of).map(([name, value]) => `${name} ${value}`);
  return [...words(others), ...words(weights).map((weight) => `weight of ${weight}`)].join(', ') || 'defaults';
}
