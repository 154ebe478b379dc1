import { join } from 'node:path';
import { bundleItems, categoryPaths, categoryPrefixes, type Item, type Manifest } from '../../../src/core/catalog';
import { counted } from '../../../src/core/common/text';
import {
  type Filter,
  type FilterValue,
  fetchRules,
  holdsAt,
  itemFilter,
  type Placement,
  type PublishedRule,
  parseRules,
  RULES_FILE,
  type RuleProblem,
  ruleProblemText,
} from '../../../src/device/ranking';
import { SidestreamError } from '../../../src/error';
import { folderFetch, nameMutable, readManifest, removeMutable, withBundle, writeMutable } from './folder-bundle';

export type CheckedRules = Awaited<ReturnType<typeof checkRules>>;

/**
 * Checks a rules file as pages read it, and its content against the time, itself and the products of a bundle, if one is given.
 * @throws SidestreamError `bundle/unreachable` if there is no bundle, and other errors of reading it
 */
export async function checkRules(bytes: Uint8Array, { bundle, now }: { bundle?: string; now: number }) {
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
    /** Number of entries that pages follow. */
    rules: rules.length,
    /** Number of entries that apply now. */
    holding: open.filter((rule) => holdsAt(rule, now)).length,
    /** Pages leave out a rule with an `error`; a rule with a `warning` has no effect, or not the apparent one. */
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

/** Pins that another pin displaces while both apply. */
function collisions(rules: readonly PublishedRule[]): RuleProblem[] {
  // In order of precedence: later rules before earlier ones.
  const pins = rules
    .toReversed()
    .flatMap((rule) => (rule.rules.pin ?? []).map((pin, n) => ({ rule, field: `pin.${n}`, ...pin })));
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
    ...(filter ? [filterCheck(name, 'filter', filter)] : []),
    ...boost.map((push, n) => filterCheck(name, `boost.${n}.filter`, push.filter)),
    ...bury.map((push, n) => filterCheck(name, `bury.${n}.filter`, push.filter)),
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

async function catalogNames(manifest: Manifest, folder: string, visit: (item: Item) => void) {
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

const VALUE_OPERATORS = ['$eq', '$ne', '$in', '$nin'];

/** The ids, categories (with the broader ones) and attributes of a bundle. */
type CatalogNames = Awaited<ReturnType<typeof catalogNames>>;

/** A filter of a rule, tested on every item of a catalogue. @param field field of the rule, such as `boost.0.filter` */
function filterCheck(rule: string, field: string, filter: Filter) {
  const fits = itemFilter(filter);
  const problemAt = (path: readonly string[], reason: string): RuleProblem =>
    problem(rule, [field, ...path].join('.'), reason);
  let found = false;
  return {
    try(item: Item): void {
      found ||= fits(item);
    },

    /** The values in the filter that no item of the catalogue has; otherwise, a note if the filter matches no item. */
    problems({ ids, categories, attributes }: CatalogNames): RuleProblem[] {
      const unknown = conditionsOf(filter).flatMap(({ path, field, values }) => {
        const [, attribute] = /^attributes\.(.*)$/s.exec(field) ?? [];
        if (attribute !== undefined)
          return attributes.has(attribute)
            ? []
            : problemAt(path, `no item of the bundle has the attribute ${JSON.stringify(attribute)}`);
        const known = (value: FilterValue): boolean =>
          field === 'id'
            ? typeof value === 'string' && ids.has(value)
            : categoryPaths(String(value)).some((name) => categories.has(name));
        const lacks = field === 'id' ? 'the bundle has no item' : 'no item of the bundle is in the category';
        const hint = (value: FilterValue): string =>
          field === 'id' && typeof value === 'number' ? '; ids are texts, so write it in quotes' : '';
        return field === 'id' || field === 'category'
          ? values
              .filter((value) => !known(value))
              .map((value) => problemAt(path, `${lacks} ${JSON.stringify(value)}${hint(value)}`))
          : [];
      });
      return unknown.length > 0 || found ? unknown : [problemAt([], 'matches no item of the bundle')];
    },
  };
}

interface Condition {
  path: string[];
  field: string;
  values: FilterValue[];
}

/** The fields of a filter with their values, each with its path, such as `$or.0.category`. */
function conditionsOf(filter: Filter, path: string[] = []): Condition[] {
  return Object.entries(filter).flatMap(([key, value]) => {
    const at = [...path, key];
    // The filter was parsed: combinations hold filters, and fields hold values or operators.
    if (key === '$not') return conditionsOf(value as Filter, at);
    if (key === '$and' || key === '$or')
      return (value as Filter[]).flatMap((part, n) => conditionsOf(part, [...at, String(n)]));
    const operators = typeof value === 'object' ? Object.entries(value) : [['$eq', value] as const];
    const values = operators.flatMap(([operator, given]) => (VALUE_OPERATORS.includes(operator) ? [given].flat() : []));
    return [{ path: at, field: key, values }];
  });
}

/** Writes a checked rules file next to a bundle and names it in the manifest. @returns whether the file changed */
export async function publishRules(bytes: Uint8Array, out: string): Promise<boolean> {
  // Reports a mistyped folder before anything is written.
  await readManifest(out);
  return withBundle(out, () => putRules(bytes, out));
}

/** `publishRules` for a caller that is within `withBundle`. */
export async function putRules(bytes: Uint8Array, out: string): Promise<boolean> {
  const changed = await writeMutable(join(out, RULES_FILE), bytes);
  await nameMutable(out, ({ offers, rules }) => (rules ? null : { offers, rules: true }));
  return changed;
}

export const removeRules = (out: string): Promise<void> =>
  removeMutable(out, RULES_FILE, ({ offers, rules }) => (rules ? { offers } : null));

/** Whether a build keeps the rules in the folder: its editor may correct a file with errors in place, but not a missing one. */
export async function keepsRules(
  { rules }: Pick<Manifest, 'rules'>,
  out: string,
  say: (line: string) => void,
): Promise<boolean> {
  if (!rules) return false;
  try {
    const { rules: kept, problems } = await fetchRules(folderFetch(out));
    say(`Kept ${RULES_FILE}: ${counted(kept.length, 'rule')}.`);
    for (const problem of problems) say(`${RULES_FILE}: pages leave out ${ruleProblemText(problem)}.`);
    return true;
  } catch (thrown) {
    const { message, cause } = SidestreamError.from(thrown);
    const missing = cause instanceof SidestreamError && cause.code === 'bundle/unreachable';
    say(missing ? `Left out the rules: there is no ${RULES_FILE} in ${out}.` : `Kept ${RULES_FILE}, but: ${message}`);
    return !missing;
  }
}
