import * as v from 'valibot';
import { type Filter, type FilterValue, filterSchema, fromJson } from '../rules/filter';
import type { Hints } from './hints';

const MAX_FIELDS = 20;
const MAX_VALUES = 50;
const MAX_SEARCH_LENGTH = 200;

export interface FieldHint {
  field: string;
  /** Alternatives: an item must fit only one. `value`: its text; null for a condition. */
  options: { filter: Filter; value: FilterValue | null }[];
}

export interface ParsedHints {
  fields: FieldHint[];
  /** The words of a search as the shopper typed them; empty without a search. */
  search: string;
}

/** Parses hints that were already validated. @throws ValiError for invalid hints */
export const parseHints = (hints: Hints): ParsedHints => v.parse(hintsSchema, hints);

class HintFault extends Error {
  constructor(
    readonly path: (string | number)[],
    message: string,
  ) {
    super(message);
  }
}

/**
 * Hints as they come from the page: an object, or its JSON text, as an attribute has it. An issue names the place:
 * `hints.price.$gt`.
 */
export const hintsSchema = v.pipe(
  v.unknown(),
  v.rawTransform(({ dataset: { value }, addIssue, NEVER }): ParsedHints => {
    try {
      return hintsOf(typeof value === 'string' ? fromJson(value.trim() || '{}') : value);
    } catch (thrown) {
      if (!(thrown instanceof HintFault)) throw thrown;
      const [first, ...rest] = thrown.path.map(
        (key): v.UnknownPathItem => ({ type: 'unknown', origin: 'value', input: value, key, value: key }),
      );
      addIssue({ message: thrown.message, ...(first ? { path: [first, ...rest] } : {}) });
      return NEVER;
    }
  }),
);

const SHAPE = 'must be an object such as {"category": "Women"}, or its JSON text';

function hintsOf(given: unknown): ParsedHints {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new HintFault([], SHAPE);
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  if (entries.length > MAX_FIELDS) throw new HintFault([], `must have at most ${MAX_FIELDS} fields`);
  const { search = '' } = Object.fromEntries(entries);
  if (typeof search !== 'string' || search.length > MAX_SEARCH_LENGTH) {
    throw new HintFault(['search'], `must be a text of at most ${MAX_SEARCH_LENGTH} characters`);
  }
  const fields = entries.filter(([field]) => field !== 'search');
  return { fields: fields.map(([field, value]) => fieldHint(field, value)), search: search.trim() };
}

function fieldHint(field: string, given: unknown): FieldHint {
  if (field.startsWith('$')) throw new HintFault([field], 'is not a field: hints have fields of items, and search');
  if (!Array.isArray(given)) return { field, options: [optionOf(field, given, [field])] };
  if (given.length === 0 || given.length > MAX_VALUES) {
    throw new HintFault([field], `must have 1 to ${MAX_VALUES} values`);
  }
  return { field, options: given.map((value, n) => optionOf(field, value, [field, n], true)) };
}

/** @param plain whether it may not be a condition */
function optionOf(field: string, value: unknown, at: (string | number)[], plain = false): FieldHint['options'][number] {
  if (value === '') throw new HintFault(at, 'must not be empty');
  const isText = typeof value === 'string';
  // A list, such as tags, fits if it contains the text.
  const condition = isText && field !== 'category' ? { $contains: value } : value;
  const found = v.safeParse(filterSchema, { [field]: condition });
  const isCondition = typeof value === 'object';
  if (found.success && !(plain && isCondition)) {
    return { filter: found.output, value: isCondition ? null : (value as FilterValue) };
  }
  const { message, path = [] } = found.success
    ? { message: 'must be a text, a finite number or a boolean' }
    : found.issues[0];
  throw new HintFault([...at, ...path.slice(1).map(({ key }) => key as string | number)], message);
}
