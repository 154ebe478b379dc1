import { bundleItems, categoryPrefixes, type Item, type Manifest } from '../../../core/catalog';
import type { Placement } from '../../../device/ranking';
import { holdsAt, type PublishedRule, parseRules, type RuleProblem } from '../../../device/ranking/rules-file';
import { SidestreamError } from '../../../error';
import { readManifest } from '../edit-manifest';
import { folderFetch } from '../folder-bundle';
import { type CatalogNames, FilterCheck } from './filter-check';

/**
 * A problem of a rule: pages leave out a rule with an `error`; a rule with a `warning` has no effect, or not the apparent one.
 */
export interface CheckedProblem extends RuleProblem {
  level: 'error' | 'warning';
}

export interface CheckedRules {
  /** Number of entries that pages follow. */
  rules: number;
  /** Number of entries that apply now. */
  holding: number;
  problems: CheckedProblem[];
}

/**
 * Checks a rules file as pages read it, and checks its content against the time, itself and a catalogue.
 * @param bundle folder of the bundle whose products the rules are about; without it, products are not looked up
 * @param now milliseconds since the epoch
 * @throws SidestreamError `bundle/unreachable` if there is no bundle, and other errors of reading it
 */
export async function checkRules(
  bytes: Uint8Array,
  { bundle, now }: { bundle?: string; now: number },
): Promise<CheckedRules> {
  const { rules, problems } = readable(bytes);
  const open = rules.filter(({ until = Number.POSITIVE_INFINITY }) => now < until);
  const warnings = [
    ...rules.filter((rule) => !open.includes(rule)).map(ended),
    ...rules
      .filter((rule) => Object.keys(rule.rules).length === 0)
      .map(({ name }) => problem(name, '', 'changes nothing')),
    ...collisions(open),
    ...(bundle === undefined ? [] : await unknownProducts(open, bundle)),
  ];
  return {
    rules: rules.length,
    holding: open.filter((rule) => holdsAt(rule, now)).length,
    problems: [
      ...problems.map((found) => ({ level: 'error' as const, ...found })),
      ...warnings.map((found) => ({ level: 'warning' as const, ...found })),
    ],
  };
}

const problem = (rule: string, field: string, reason: string): RuleProblem => ({ rule, field, reason });

/** A file that cannot be read as a whole has one problem. */
function readable(bytes: Uint8Array): ReturnType<typeof parseRules> {
  try {
    return parseRules(new Uint8Array(bytes).buffer);
  } catch (thrown) {
    const { message } = SidestreamError.from(thrown);
    return { rules: [], problems: [problem('', '', message)] };
  }
}

const ended = ({ name, until = 0 }: PublishedRule): RuleProblem =>
  problem(name, 'until', `ended on ${new Date(until).toISOString()}; remove the rule`);

/** A pin with its rule. */
interface RulePin {
  rule: PublishedRule;
  field: string;
  itemId: string;
  position: number;
}

/** Pins that another pin displaces while both apply. */
function collisions(rules: readonly PublishedRule[]): RuleProblem[] {
  // In order of precedence: later rules before earlier ones.
  const pins = rules
    .toReversed()
    .flatMap((rule) => (rule.rules.pin ?? []).map((pin, n): RulePin => ({ rule, field: `pin.${n}`, ...pin })));
  return pins.flatMap(({ rule, field, itemId, position }, n) => {
    const first = pins
      .slice(0, n)
      .find((other) => (other.position === position || other.itemId === itemId) && meet(other.rule, rule));
    if (!first) return [];
    const by = first.rule === rule ? first.field : `${first.field} of ${JSON.stringify(first.rule.name)}`;
    const what =
      first.position === position
        ? `position ${position} is taken by ${by}`
        : `${JSON.stringify(itemId)} is at position ${first.position} by ${by}`;
    return problem(rule.name, field, `has no effect while both apply: ${what}`);
  });
}

/** Whether two rules apply to one list at the same time. */
function meet(one: PublishedRule, other: PublishedRule): boolean {
  const inTime =
    (one.from ?? Number.NEGATIVE_INFINITY) < (other.until ?? Number.POSITIVE_INFINITY) &&
    (other.from ?? Number.NEGATIVE_INFINITY) < (one.until ?? Number.POSITIVE_INFINITY);
  const isIn = (placement: Placement): boolean => other.placements?.includes(placement) ?? true;
  return inTime && (one.placements?.some(isIn) ?? true);
}

/** References in rules to products, categories and attributes that the bundle lacks. */
async function unknownProducts(rules: readonly PublishedRule[], bundle: string): Promise<RuleProblem[]> {
  const manifest = await readManifest(bundle);
  const filters = rules.flatMap(({ name, rules: { filter, boost = [], bury = [] } }) => [
    ...(filter ? [new FilterCheck(name, 'filter', filter)] : []),
    ...boost.map((push, n) => new FilterCheck(name, `boost.${n}.filter`, push.filter)),
    ...bury.map((push, n) => new FilterCheck(name, `bury.${n}.filter`, push.filter)),
  ]);
  const names = await catalogNames(manifest, bundle, (item) => {
    for (const filter of filters) filter.try(item);
  });
  const pins = rules.flatMap(({ name, rules: { pin = [] } }) =>
    pin.flatMap(({ itemId }, n) =>
      names.ids.has(itemId) ? [] : problem(name, `pin.${n}.itemId`, `the bundle has no item ${JSON.stringify(itemId)}`),
    ),
  );
  return [...pins, ...filters.flatMap((filter) => filter.problems(names))];
}

async function catalogNames(manifest: Manifest, folder: string, visit: (item: Item) => void): Promise<CatalogNames> {
  const names = { ids: new Set<string>(), categories: new Set<string>(), attributes: new Set<string>() };
  for await (const items of bundleItems(manifest, folderFetch(folder))) {
    for (const item of items) {
      names.ids.add(item.id);
      for (const category of categoryPrefixes(item.category)) names.categories.add(category);
      for (const attribute of Object.keys(item.attributes)) names.attributes.add(attribute);
      visit(item);
    }
  }
  return names;
}
