import type { Placement } from '../placement';
import type { Filter } from '../rules/filter';
import { mergedRules, type Rules } from '../rules/rules';
import type { PublishedRule } from './rules-file';

/** Whether an entry applies at a time. @param now milliseconds since the epoch */
export const holdsAt = ({ from, until }: Pick<PublishedRule, 'from' | 'until'>, now: number): boolean =>
  (from ?? Number.NEGATIVE_INFINITY) <= now && now < (until ?? Number.POSITIVE_INFINITY);

/**
 * Merges the rules of a file that apply to a list. An item must match all filters; boosts, buries and pins of all entries
 * are combined, pins of later entries first, because the first of two pins at one place counts; for any other rule the last
 * entry counts.
 * @param placement null for one of the shop's own lists, to which entries without placements apply
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
