import type { ItemInspection, ScorePart } from '../../../protocol';
import { EXPERT_NAMES, termLabel } from '../wording';

/** One bar of a waterfall: from the sum of those before it to the sum with it. */
export interface WaterfallBar {
  label: string;
  from: number;
  to: number;
  kind: 'more' | 'less' | 'sum';
}

/** Name of a part of the score. */
export const partLabel = ({ name, expert }: Pick<ScorePart, 'name' | 'expert'>): string =>
  expert ? `to your taste: ${EXPERT_NAMES[expert.state].toLowerCase()} (expert ${expert.id})` : termLabel(name);

/** Bars of all parts one after the other, the largest first, and their sum, which is the score. */
export function waterfallBars({ parts, score }: Pick<ItemInspection, 'parts' | 'score'>): WaterfallBar[] {
  let sum = 0;
  const bars = parts.map((part): WaterfallBar => {
    const from = sum;
    sum += part.contribution;
    return { label: partLabel(part), from, to: sum, kind: part.contribution < 0 ? 'less' : 'more' };
  });
  return [...bars, { label: 'the score', from: 0, to: score, kind: 'sum' }];
}
