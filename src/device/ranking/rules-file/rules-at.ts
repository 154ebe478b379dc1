import type { Placement } from '../placement';
import type { Filter } from '../rules/filter';
import { mergedRules, type Rules } from '../rules/rules';
import type { PublishedRule } from './rules-file';

/** Whether an entry holds at a time. @param now milliseconds since the epoch */
export const holdsAt = ({ from, until }: Pick<PublishedRule, 'from' | 'until'>, now: number): boolean =>
  (from ?? Number.NEGATIVE_INFINITY) <= now && now < (until ?? Number.POSITIVE_INFINITY);

/**
 * The rules of a file that hold for a list, as one. Filters must all fit; boosts, buries and pins of all entries are taken
 * together, pins of later entries first, since of two at one place the first counts; of any other rule the last entry counts.
 * @param placement null for a list of the shop's own, for which entries hold that name no placement
 * @param now milliseconds since the epoch
 */
export function rulesAt(published: readonly PublishedRule[], placement: Placement | null, now: number): Rules {
  const filters: Filter[] = [];
  let all: Rules = {};
  for (const { placements, rules, ...dates } of published) {
    if (!holdsAt(dates, now) || (placements && !(placement && placements.includes(placement)))) continue;
    const { boost, bury, pin } = all;
    all = mergedRules(all, rules);
    if (rules.filter) filters.push(rules.filter);
    if (boost) all.boost = [...boost, ...(rules.boost ?? [])];
    if (bury) all.bury = [...bury, ...(rules.bury ?? [])];
    if (pin) all.pin = [...(rules.pin ?? []), ...pin];
  }
  if (filters.length > 1) all.filter = { $and: filters };
  return all;
}
