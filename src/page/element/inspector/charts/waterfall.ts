import type { ItemInspection, ScorePart } from '../../../../device/protocol';
import { EXPERT_LABELS, termLabel } from '../wording';

/** One bar of a waterfall: from the sum of the bars before it to the sum including it. */
export interface WaterfallBar {
  label: string;
  from: number;
  to: number;
  kind: 'more' | 'less' | 'sum';
}

/** Text of a part of the score; it ends the sentence "It counts that it is …". */
export const partWords = ({ name, expert }: Pick<ScorePart, 'name' | 'expert'>): string =>
  expert ? EXPERT_LABELS[expert.state] : termLabel(name);

/** Name of a part of the score, unique for each. */
export const partLabel = (part: Pick<ScorePart, 'name' | 'expert'>): string =>
  part.expert ? `${partWords(part)} (expert ${part.expert.id})` : partWords(part);

/** Bars of all parts in sequence, largest first, and their sum, which is the score. */
export function waterfallBars({ parts, score }: Pick<ItemInspection, 'parts' | 'score'>): WaterfallBar[] {
  let sum = 0;
  const bars = parts.map((part): WaterfallBar => {
    const from = sum;
    sum += part.contribution;
    return { label: partLabel(part), from, to: sum, kind: part.contribution < 0 ? 'less' : 'more' };
  });
  return [...bars, { label: 'the score', from: 0, to: score, kind: 'sum' }];
}
