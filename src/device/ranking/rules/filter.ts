import * as v from 'valibot';
import { categoryPaths, categoryPrefixes, type Item } from '../../../core/catalog';
import { kept } from '../../../core/common/grouped';

/** A value that a field is compared with. */
export type FilterValue = string | number | boolean;

/** A condition on one field; several operators must all hold. */
export interface FilterCondition {
  $eq?: FilterValue;
  $ne?: FilterValue;
  $in?: FilterValue[];
  $nin?: FilterValue[];
  $gt?: number | string;
  $gte?: number | string;
  $lt?: number | string;
  $lte?: number | string;
  /** The field is a list that has this text, such as a tag, or is the text itself. */
  $contains?: string;
}

const FILTER_FIELDS = [
  ...(['id', 'title', 'category', 'price', 'listPrice', 'availability', 'quantity'] as const),
  ...(['group', 'rating', 'published', 'popularity'] as const),
] as const;
/** The fields of an item that a filter may name. */
export type FilterField = (typeof FILTER_FIELDS)[number] | `attributes.${string}`;

/**
 * Which items, as JSON: `{ category: 'Men/Tops', price: { $gte: 20, $lt: 50 } }`. All fields must match; `$and`, `$or` and
 * `$not` combine filters; `{}` matches every item. A plain value means `$eq`.
 *
 * - A category matches if it is the item's or a broader one: `Men` matches `Men/Tops/Tees`; one of several paths is enough.
 * - A list, such as tags, matches only `$contains`, `$ne` and `$nin`.
 * - `rating` is the number of stars.
 * - `$gt`, `$gte`, `$lt`, `$lte` compare numbers with numbers and texts with texts (by code unit, so that ISO dates work).
 * - An item without the field matches only `$ne` and `$nin`.
 */
export type Filter = {
  $and?: Filter[];
  $or?: Filter[];
  $not?: Filter;
} & { [field in FilterField]?: FilterValue | FilterCondition };

const MAX_FILTER_DEPTH = 8;
/** Maximum number of fields, combinations and values of a filter, added up. */
const MAX_FILTER_PARTS = 2000;

const isField = (name: string): boolean => FILTER_FIELDS.some((field) => field === name) || /^attributes\../.test(name);

export const VALUE = 'must be a text, a finite number or a boolean';

type Test<T> = (value: T) => boolean;
type FieldValue = FilterValue | string[] | undefined;

interface Operator {
  takes(wanted: unknown): boolean;
  /** Requirement on what it takes, for messages. */
  must: string;
  test(wanted: unknown): Test<FieldValue>;
}

const isValue = (value: unknown): value is FilterValue =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

/** Tests for one of several values. Lists become sets, because long lists should not cost more. */
const among = (isIn: boolean): Operator => ({
  takes: Array.isArray,
  must: 'must be a list of values',
  test(wanted) {
    const set = new Set(wanted as FieldValue[]);
    return (value) => set.has(value) === isIn;
  },
});

const ordered = (holds: (a: FilterValue, b: FilterValue) => boolean): Operator => ({
  takes: (wanted) => isValue(wanted) && typeof wanted !== 'boolean',
  must: 'must be a finite number or a text',
  test: (wanted) => (value) => typeof value === typeof wanted && holds(value as FilterValue, wanted as FilterValue),
});

const OPERATORS = new Map<string, Operator>(
  Object.entries({
    $eq: { takes: isValue, must: VALUE, test: (wanted) => (value) => value === wanted },
    $ne: { takes: isValue, must: VALUE, test: (wanted) => (value) => value !== wanted },
    $in: among(true),
    $nin: among(false),
    $gt: ordered((a, b) => a > b),
    $gte: ordered((a, b) => a >= b),
    $lt: ordered((a, b) => a < b),
    $lte: ordered((a, b) => a <= b),
    $contains: {
      takes: (wanted) => typeof wanted === 'string',
      must: 'must be a text',
      test: (wanted) => (value) => (Array.isArray(value) ? value.some((text) => text === wanted) : value === wanted),
    },
  } satisfies Record<keyof FilterCondition, Operator>),
);

/** Reports what is wrong in an input, and where. Calls after the first have no effect. */
export type Refuse = (message: string, path: (string | number)[]) => void;

/**
 * A schema of an object that comes from the page, or of its JSON text. An issue names the place in the object:
 * `filter.$or.1.price.$gt`.
 * @param blank the JSON for a blank text
 */
export const fromPage = <T>(read: (given: unknown, refuse: Refuse) => T, blank = '') =>
  v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }): T => {
      let sound = true;
      const refuse: Refuse = (message, path) => {
        if (!sound) return;
        sound = false;
        const [first, ...rest] = path.map(
          (key): v.UnknownPathItem => ({ type: 'unknown', origin: 'value', input: value, key, value: key }),
        );
        addIssue({ message, ...(first && { path: [first, ...rest] }) });
      };
      const found = read(typeof value === 'string' ? fromJson(value.trim() || blank) : value, refuse);
      return sound ? found : NEVER;
    }),
  );

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A filter as it comes from the page. It may have up to 8 levels and 2,000 fields, combinations and values. */
export const filterSchema = fromPage((given, refuse): Filter => {
  let left = MAX_FILTER_PARTS;
  /** Whether some more parts are not too many. */
  const admits = (parts: number, path: (string | number)[]): boolean => {
    left -= parts;
    if (left < 0) refuse(`a filter has at most ${MAX_FILTER_PARTS} parts`, path);
    return left >= 0;
  };
  const checkFilter = (filter: unknown, path: (string | number)[], depth: number): void => {
    if (!isRecord(filter)) refuse('must be a filter such as {"price": {"$lt": 50}}', path);
    if (depth > MAX_FILTER_DEPTH) refuse(`filters go at most ${MAX_FILTER_DEPTH} levels deep`, path);
    for (const [key, value] of isRecord(filter) ? Object.entries(filter) : []) {
      const at = [...path, key];
      if (!admits(1, at) || depth > MAX_FILTER_DEPTH) return;
      if (key === '$not') checkFilter(value, at, depth + 1);
      else if (key === '$and' || key === '$or') {
        if (!Array.isArray(value)) refuse('must be a list of filters', at);
        else for (const [n, part] of value.entries()) checkFilter(part, [...at, n], depth + 1);
      } else if (isField(key)) checkCondition(value, at);
      else {
        const known = ['$and', '$or', '$not', ...FILTER_FIELDS, 'attributes.<name>'].join(', ');
        refuse(`is neither a field nor a combination; known names are ${known}`, at);
      }
    }
  };
  const checkCondition = (condition: unknown, path: (string | number)[]): void => {
    if (isValue(condition)) return;
    const entries = isRecord(condition) ? Object.entries(condition) : [];
    if (entries.length === 0) refuse(`${VALUE}, or operators such as {"$gte": 10}`, path);
    for (const [name, wanted] of entries) {
      const at = [...path, name];
      if (!admits(1, at)) return;
      const operator = OPERATORS.get(name);
      if (!operator) refuse(`is not an operator; operators are ${[...OPERATORS.keys()].join(', ')}`, at);
      else if (!operator.takes(wanted)) refuse(operator.must, at);
      else if (Array.isArray(wanted) && admits(wanted.length, at)) {
        const bad = wanted.findIndex((value) => !isValue(value));
        if (bad >= 0) refuse(VALUE, [...at, bad]);
      }
    }
  };
  checkFilter(given, [], 1);
  return given as Filter;
});

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** The categories that a filter names, if only items of one of them can fit it. */
export function filteredCategories({ category = {}, $and = [], $or = [] }: Filter): string[] {
  const { $eq = [], $in = [] } = isCondition(category) ? category : { $eq: category };
  const own = [$eq, $in].flat().flatMap((name) => categoryPaths(String(name)));
  return [...own, ...[...$and, ...$or].flatMap(filteredCategories)];
}

/** Compiles a parsed filter into a test of items. */
export function itemFilter(filter: Filter): Test<Item> {
  const tests = Object.entries(filter).map(([key, value]): Test<Item> => {
    if (key === '$and') return every((value as Filter[]).map(itemFilter));
    if (key === '$or') {
      const tests = (value as Filter[]).map(itemFilter);
      return (item) => tests.some((test) => test(item));
    }
    if (key === '$not') {
      const inner = itemFilter(value as Filter);
      return (item) => !inner(item);
    }
    const condition = isCondition(value) ? value : { $eq: value as FilterValue };
    if (key === 'category') {
      const test = categoryTest(condition);
      return ({ category }) => test(category);
    }
    const read = field(key);
    const test = every(Object.entries(condition).flatMap(([name, wanted]) => OPERATORS.get(name)?.test(wanted) ?? []));
    return (item) => test(read(item));
  });
  return every(tests);
}

const isCondition = (value: unknown): value is FilterCondition => typeof value === 'object' && value !== null;

function every<T>(tests: Test<T>[]): Test<T> {
  return (value) => tests.every((test) => test(value));
}

function field(name: string): (item: Item) => FieldValue {
  if (name.startsWith('attributes.')) {
    const key = name.slice('attributes.'.length);
    return ({ attributes }) => (Object.hasOwn(attributes, key) ? attributes[key] : undefined);
  }
  if (name === 'rating') return ({ rating }) => rating?.value;
  return (item) => item[name as Exclude<keyof Item, 'attributes' | 'images' | 'rating'>];
}

/** Many items have the same category, so the test of each is cached. */
function categoryTest(condition: FilterCondition): Test<string> {
  const known = new Map<string, boolean>();
  const tests = Object.entries(condition).map(([operator, wanted]): Test<ReadonlySet<string>> => {
    // Paths have no order.
    if (!['$eq', '$ne', '$in', '$nin'].includes(operator)) return () => false;
    const names = [wanted].flat().flatMap((name) => categoryPaths(String(name)));
    const positive = operator === '$eq' || operator === '$in';
    return (prefixes) => names.some((name) => prefixes.has(name)) === positive;
  });
  const test = every(tests);
  return (category) => kept(known, category, () => test(new Set(categoryPrefixes(category))));
}
