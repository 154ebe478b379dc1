import type { Random } from '../../core/common/random';
import type { Taste } from './world';

/** Click probability of a viewed item that is wanted as much as the taste's tenth item. */
const CLICKS = 0.3;

/**
 * Probability that a position of a list is viewed: 1 / position, which is approximately the measured value for ranked lists
 * (position bias of strength 1 in Joachims, Swaminathan and Schnabel, WSDM 2017, section 5.2).
 * @param place from 0
 */
export const attentionAt = (place: number): number => 1 / (place + 1);

/**
 * Simulates clicks on a list: from the top, each position is viewed with the probability `attentionAt`, and a viewed item is
 * clicked in proportion to how much it is wanted (position-based model: Richardson, Dominowska and Ragno, WWW 2007). The first
 * click ends it. The same random numbers are drawn whatever the list contains, so shops are compared with the same luck.
 * @returns the row, or null without a click
 */
export function clickOn(list: readonly number[], { weights, usual }: Taste, random: Random): number | null {
  let clicked: number | null = null;
  for (const [place, row] of list.entries()) {
    const [looks, likes] = [
      random() < attentionAt(place),
      random() < (2 * CLICKS * weights[row]) / (weights[row] + usual),
    ];
    if (looks && likes) clicked ??= row;
  }
  return clicked;
}
