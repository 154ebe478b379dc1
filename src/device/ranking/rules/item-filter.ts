import { categoryPaths, categoryPrefixes, type Item } from '../../../core/catalog';
import type { Filter, FilterCondition, FilterValue } from './filter';

type Test<T> = (value: T) => boolean;
type FieldValue = FilterValue | string[] | undefined;

/** Compiles a parsed filter into a test of items. Lists become sets, because long lists should not cost more. */
export function itemFilter(filter: Filter): Test<Item> {
  const tests = Object.entries(filter).map(([key, value]): Test<Item> => {
    if (key === '$and') return every((value as Filter[]).map(itemFilter));
    if (key === '$or') return some((value as Filter[]).map(itemFilter));
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

function some<T>(tests: Test<T>[]): Test<T> {
  return (value) => tests.some((test) => test(value));
}

/** Reads a field of an item; undefined if the item lacks it. */
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
  return (category) => {
    let fits = known.get(category);
    if (fits === undefined) {
      fits = test(new Set(categoryPrefixes(category)));
      known.set(category, fits);
    }
    return fits;
  };
}
