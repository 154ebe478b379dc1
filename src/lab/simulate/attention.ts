import type { Random } from '../../core/model';
import type { Taste } from './world';

/** Share of the lists that hold something as wanted as the taste's tenth item, and are looked at, that are clicked there. */
const CLICKS = 0.3;

/**
 * How likely a place of a list is looked at: 1 / place, which is what is measured on ranked lists about (position bias of
 * strength 1 in Joachims, Swaminathan and Schnabel, WSDM 2017, section 5.2).
 * @param place from 0
 */
export const attentionAt = (place: number): number => 1 / (place + 1);

/**
 * Clicks on what a list shows: from the top, each place is looked at as likely as `attentionAt` says, and what is looked at is
 * clicked by how much it is wanted (position-based model: Richardson, Dominowska and Ragno, WWW 2007). One click ends it.
 * The same numbers are drawn whatever the list holds, so that shops are compared with the same luck.
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
