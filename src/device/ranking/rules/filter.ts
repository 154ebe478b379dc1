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

/** The fields of an item that a filter may name. */
export type FilterField =
  | 'id'
  | 'title'
  | 'category'
  | 'price'
  | 'listPrice'
  | 'availability'
  | 'quantity'
  | 'group'
  | 'rating'
  | 'published'
  | 'popularity'
  | `attributes.${string}`;
const FIELDS: FilterField[] = [
  ...(['id', 'title', 'category', 'price', 'listPrice', 'availability', 'quantity'] as const),
  ...(['group', 'rating', 'published', 'popularity'] as const),
];

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

const isField = (name: string): boolean => FIELDS.some((field) => field === name) || /^attributes\../.test(name);
const COMBINATIONS = ['$and', '$or', '$not'];
const OPERATORS = ['$eq', '$ne', '$in', '$nin', '$gt', '$gte', '$lt', '$lte', '$contains'];

const VALUE = 'must be a text, a finite number or a boolean';
const TOO_LARGE = `a filter has at most ${MAX_FILTER_PARTS} parts`;

type Path = (string | number)[];

interface Fault {
  path: Path;
  message: string;
}

/** The issue of a schema for a fault in its input. */
export function issueOf(
  { path, message }: Fault,
  input: unknown,
): { message: string; path?: [v.UnknownPathItem, ...v.UnknownPathItem[]] } {
  const [first, ...rest] = path.map(
    (key): v.UnknownPathItem => ({ type: 'unknown', origin: 'value', input, key, value: key }),
  );
  return { message, ...(first ? { path: [first, ...rest] } : {}) };
}

interface Budget {
  left: number;
}

export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A filter as it comes from the page: an object, or its JSON text. An issue names the place in the filter:
 * `filter.$or.1.price.$gt`. It may have up to 8 levels and 2,000 fields, combinations and values.
 */
export const filterSchema = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }): Filter => {
    const filter = typeof value === 'string' ? fromJson(value) : value;
    const fault = filterFault(filter, [], 1, { left: MAX_FILTER_PARTS });
    if (!fault) return filter as Filter;
    addIssue(issueOf(fault, value));
    return NEVER;
  }),
);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

const isValue = (value: unknown): boolean =>
  typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));

function firstFault<T>(parts: Iterable<T>, faultOf: (part: T) => Fault | null): Fault | null {
  for (const part of parts) {
    const fault = faultOf(part);
    if (fault) return fault;
  }
  return null;
}

function filterFault(filter: unknown, path: Path, depth: number, budget: Budget): Fault | null {
  if (!isRecord(filter)) return { path, message: 'must be a filter such as {"price": {"$lt": 50}}' };
  if (depth > MAX_FILTER_DEPTH) return { path, message: `filters go at most ${MAX_FILTER_DEPTH} levels deep` };
  return firstFault(Object.entries(filter), ([key, value]) => {
    const at = [...path, key];
    if (--budget.left < 0) return { path: at, message: TOO_LARGE };
    if (key === '$not') return filterFault(value, at, depth + 1, budget);
    if (key === '$and' || key === '$or') {
      if (!Array.isArray(value)) return { path: at, message: 'must be a list of filters' };
      return firstFault(value.entries(), ([n, part]) => filterFault(part, [...at, n], depth + 1, budget));
    }
    if (isField(key)) return conditionFault(value, at, budget);
    const known = [...COMBINATIONS, ...FIELDS, 'attributes.<name>'].join(', ');
    return { path: at, message: `is neither a field nor a combination; known names are ${known}` };
  });
}

function conditionFault(condition: unknown, path: Path, budget: Budget): Fault | null {
  if (isValue(condition)) return null;
  if (!isRecord(condition) || Object.keys(condition).length === 0) {
    return { path, message: `${VALUE}, or operators such as {"$gte": 10}` };
  }
  return firstFault(Object.entries(condition), ([operator, value]) => {
    const at = [...path, operator];
    if (--budget.left < 0) return { path: at, message: TOO_LARGE };
    if (operator === '$eq' || operator === '$ne') return isValue(value) ? null : { path: at, message: VALUE };
    if (operator === '$in' || operator === '$nin') return listFault(value, at, budget);
    if (operator === '$contains') return typeof value === 'string' ? null : { path: at, message: 'must be a text' };
    if (OPERATORS.includes(operator)) {
      return isValue(value) && typeof value !== 'boolean'
        ? null
        : { path: at, message: 'must be a finite number or a text' };
    }
    return { path: at, message: `is not an operator; operators are ${OPERATORS.join(', ')}` };
  });
}

function listFault(list: unknown, path: Path, budget: Budget): Fault | null {
  if (!Array.isArray(list)) return { path, message: 'must be a list of values' };
  budget.left -= list.length;
  if (budget.left < 0) return { path, message: TOO_LARGE };
  const bad = list.findIndex((value) => !isValue(value));
  return bad < 0 ? null : { path: [...path, bad], message: VALUE };
}

type Test<T> = (value: T) => boolean;
type FieldValue = FilterValue | string[] | undefined;

/** The categories that a filter names, if only items of one of them can fit it. */
export function filteredCategories({ category = {}, $and = [], $or = [] }: Filter): string[] {
  const { $eq = [], $in = [] } = isCondition(category) ? category : { $eq: category };
  const own = [$eq, $in].flat().flatMap((name) => categoryPaths(String(name)));
  return [...own, ...[...$and, ...$or].flatMap(filteredCategories)];
}

/** Compiles a parsed filter into a test of items. Lists become sets, because long lists should not cost more. */
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
    const test = valueTest(condition);
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

function valueTest(condition: FilterCondition): Test<FieldValue> {
  const tests = Object.entries(condition).map(([operator, wanted]): Test<FieldValue> => {
    if (operator === '$eq') return (value) => value === wanted;
    if (operator === '$ne') return (value) => value !== wanted;
    if (operator === '$in' || operator === '$nin') {
      const set = new Set<FieldValue>(wanted as FilterValue[]);
      return operator === '$in' ? (value) => set.has(value) : (value) => !set.has(value);
    }
    if (operator === '$contains') return (value) => (Array.isArray(value) ? value.includes(wanted) : value === wanted);
    const holds = ORDER[operator as keyof typeof ORDER];
    return (value) => typeof value === typeof wanted && holds(value as FilterValue, wanted as FilterValue);
  });
  return every(tests);
}

const ORDER = {
  $gt: (a: FilterValue, b: FilterValue) => a > b,
  $gte: (a: FilterValue, b: FilterValue) => a >= b,
  $lt: (a: FilterValue, b: FilterValue) => a < b,
  $lte: (a: FilterValue, b: FilterValue) => a <= b,
};

/** Many items have the same category, so the test of each is cached. */
function categoryTest(condition: FilterCondition): Test<string> {
  const known = new Map<string, boolean>();
  const tests = Object.entries(condition).map(([operator, wanted]): Test<ReadonlySet<string>> => {
    if (operator === '$eq' || operator === '$ne' || operator === '$in' || operator === '$nin') {
      const names = (Array.isArray(wanted) ? wanted : [wanted]).flatMap((name) => categoryPaths(String(name)));
      const positive = operator === '$eq' || operator === '$in';
      return (prefixes) => names.some((name) => prefixes.has(name)) === positive;
    }
    // Paths have no order.
    return () => false;
  });
  const test = every(tests);
  return (category) => kept(known, category, () => test(new Set(categoryPrefixes(category))));
}
