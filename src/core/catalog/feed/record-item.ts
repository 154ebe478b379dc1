import * as v from 'valibot';
import { INEXACT_ID, isExactId } from '../../common/ids';
import { type Item, itemSchema } from '../item';
import { OFFERED, type Offered } from '../offers';
import { shortened } from '../rejected-row';
import { type FeedMapping, isObject, MAX_NESTING, type NamedFields, type RecordShape } from './feed-record';
import { isPresent, parseAmount, parseAvailability } from './field-values';
import { plainText } from './html';
import { namedFields, namesOf } from './record-fields';

/** Maximum length of a title taken from the description. */
const TITLE = 80;
/** Maximum number of further pictures of an item, and maximum length of an address. */
const MAX_PICTURES = 10;
const MAX_ADDRESS = 2000;
/** Maximum number of reported problems per record. */
const MAX_PROBLEMS = 20;
/** Characters of a value, or of the name of a field, in a report. */
const MAX_QUOTED = 100;

const TEXT_FIELDS = ['id', 'title', 'description', 'category', 'group', 'url', 'image'] as const;

export interface Problem {
  field: string;
  reason: string;
}

/**
 * An item, or the errors of a record. `titled` is the field that replaces a missing title, `currency` the currency code of
 * the price, if the record states it; `complements` and `leftOut` are as in `NamedFields`. `unpublished` is a product that must not
 * be shown to shoppers.
 */
export type ParsedRecord<T = Item> = ReadProduct<T> | (Known & { problems: Problem[] });

/** The same without errors. */
export type ReadProduct<T> =
  | ({ item: T; titled?: 'description' | 'id'; currency?: string } & Pick<NamedFields, 'complements' | 'leftOut'>)
  | { unpublished: true; id?: string };

/** Identification of a record with errors: its id, else its title. */
interface Known {
  id?: string;
  title?: string;
}

/**
 * Converts a record into an item: maps the fields, strips HTML, parses prices and availability, and checks the item schema.
 * An item without a title gets the start of its description as title or, if it has a picture, its id.
 */
export function recordItem(shape: RecordShape, record: Record<string, unknown>, mapping: FeedMapping): ParsedRecord {
  const named = namedFields(shape, record, mapping);
  if (named.unpublished) return { unpublished: true };
  const input: Record<string, unknown> = {
    id: idOf(named.id),
    title: words(named.title),
    description: words(named.description),
    category: categoryOf(named.category, mapping.categorySeparator),
    ...pricesOf(named, record, mapping),
    image: pictureOf(named.image),
    images: picturesOf(named.images),
    url: addressOf(named.url, mapping.urlBase),
    availability: availabilityOf(named.availability),
    quantity: quantityOf(named.quantity),
    group: groupOf(named.group),
    rating: ratingOf(named, mapping),
    published: dayOf(named.published),
    popularity: amountOf(named.popularity, mapping),
    attributes: named.attributes,
  };
  const titled = nameUntitled(input);
  const found = checked(itemSchema, input, knownOf(input), garbledField(named), shape, mapping);
  if ('problems' in found) return found;
  const currency = currencyOf(named);
  const { complements, leftOut = [] } = named;
  return {
    item: found.output,
    ...(titled ? { titled } : {}),
    ...(currency ? { currency } : {}),
    ...(complements ? { complements } : {}),
    ...(leftOut.length > 0 ? { leftOut } : {}),
  };
}

/**
 * The values of a record that are present, by a schema; or its problems.
 * @param garbled field that was decoded with the wrong encoding
 */
function checked<T>(
  schema: v.GenericSchema<unknown, T>,
  input: Record<string, unknown>,
  known: Known,
  garbled: string | undefined,
  shape: RecordShape,
  mapping: FeedMapping,
): { output: T } | (Known & { problems: Problem[] }) {
  const present = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
  const result = v.safeParse(schema, Object.fromEntries(present));
  if (!result.success) return { ...known, problems: problemsOf(result.issues, shape, mapping) };
  // The decoder replaces bytes of another encoding with U+FFFD; such a text would be encoded and shown garbled.
  const reason = 'is not valid UTF-8; save the feed as UTF-8 or name its encoding';
  return garbled ? { ...known, problems: [{ field: garbled, reason }] } : { output: result.output };
}

/** Name of a record in reports. */
function knownOf({ id, title }: Record<string, unknown>): Known {
  const [name, value] = typeof id === 'string' && id !== '' ? ['id', id] : ['title', title];
  return typeof value === 'string' && value !== '' ? { [name]: shortened(value, MAX_QUOTED) } : {};
}

function nameUntitled(input: Record<string, unknown>): 'description' | 'id' | undefined {
  if (isPresent(input.title)) return undefined;
  const { description, image, id } = input;
  if (typeof description === 'string' && description.trim() !== '') {
    input.title = startOf(description.trim());
    return 'description';
  }
  if (!image || typeof id !== 'string' || id === '') return undefined;
  input.title = id;
  return 'id';
}

/** The first sentence, or as many words as fit into a title. */
function startOf(text: string): string {
  const sentence = /^[^\n]*?[.!?](?=\s|$)/.exec(text)?.[0].replace(/\.$/, '') ?? text;
  return sentence.length <= TITLE ? sentence : shortened(sentence, TITLE).replace(/\s+\S*…$/, '…');
}

/** A whole number up to 2^53 becomes a text; other numbers could be the same for two products. */
const idOf = (value: unknown): unknown => (typeof value === 'number' && isExactId(value) ? String(value) : value);

/** Of a list, the first value. */
const singleOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

const words = (value: unknown): unknown => {
  const single = singleOf(value);
  return typeof single === 'string' ? plainText(single) : single;
};

/** The deepest path of an object with a path for each level, as Algolia's records have it; any other value as it is. */
function deepest(value: unknown): unknown {
  const levels = isObject(value) ? Object.keys(value).filter((name) => /^lvl\d+$/.test(name)) : [];
  const last = levels.sort().at(-1);
  return isObject(value) && last !== undefined ? value[last] : value;
}

/** Joins several categories by `|` and the names of a path by `/`, as items have them. */
function categoryOf(value: unknown, separator: string | undefined): unknown {
  const all = [deepest(value)].flat();
  if (!all.every((path) => typeof path === 'string')) return value ?? undefined;
  const paths = all.map((path) => {
    const plain = plainText(path);
    const between = separator ?? (plain.includes('>') ? '>' : undefined);
    if (between === undefined) return plain.replace(/^\/+/, '');
    // A name may contain the separator of an item's path.
    return plain
      .split(between)
      .map((name) => (between === '/' ? name : name.replaceAll('/', '-')).trim())
      .filter((name) => name !== '')
      .join('/');
  });
  return [...new Set(paths)].join('|');
}

/**
 * The sale price, unless it is limited to certain dates: a build must not depend on its date. The list price is the regular
 * price beside it, else the feed's list price; a list price that is not above the price is not a reduction and is left out.
 */
function pricesOf(
  { price, listPrice, sale }: NamedFields,
  record: Record<string, unknown>,
  mapping: FeedMapping,
): { price: unknown; listPrice: unknown } {
  const regular = priceOf(price, mapping);
  const dated = record['g:sale_price_effective_date'] ?? record.sale_price_effective_date;
  const lowered = dated ? undefined : priceOf(sale, mapping);
  const now = typeof lowered === 'number' ? lowered : regular;
  const before = priceOf(listPrice, mapping) ?? (typeof lowered === 'number' ? regular : undefined);
  return { price: now, listPrice: isNumber(before) && isNumber(now) && before > now ? before : undefined };
}

/** An amount; undefined for words without a digit, such as "on request". */
function priceOf(value: unknown, mapping: FeedMapping): unknown {
  const amount = amountOf(value, mapping);
  return typeof amount === 'string' && !/\d/.test(amount) ? undefined : amount;
}

/** Signs that stand for only one currency; `$` and `¥` stand for several. */
const SIGNS: Record<string, string> = {
  '€': 'EUR',
  '£': 'GBP',
  '₩': 'KRW',
  '₹': 'INR',
  '₪': 'ILS',
  '₺': 'TRY',
  '₴': 'UAH',
};

let codes: ReadonlySet<string> | undefined;

/** Currency of a record: its field, else the sign or code beside the price, where other capitals such as `TTC` are no code. */
function currencyOf({ currency, price, sale }: NamedFields): string | undefined {
  for (const value of [currency, sale, price]) {
    const [single] = [value].flat();
    if (typeof single !== 'string' || (value !== currency && !/\d/.test(single))) continue;
    const words = single.match(/(?<![A-Z])[A-Z]{3}(?![A-Z])/g) ?? [];
    codes ??= new Set(Intl.supportedValuesOf('currency'));
    const code = SIGNS[/\p{Sc}/u.exec(single)?.[0] ?? ''] ?? words.find((word) => codes?.has(word));
    if (code) return code;
  }
  return undefined;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Further pictures, by their addresses; a text separates them by commas. Invalid addresses are left out. */
function picturesOf(value: unknown): string[] | undefined {
  const all = typeof value === 'string' ? value.split(/\s*,\s*(?=https?:|\/)/) : [value].flat();
  const addresses = all.map((picture) => pictureOf(picture)).filter((address) => typeof address === 'string');
  const short = addresses.map((address) => address.trim()).filter(({ length }) => length > 0 && length <= MAX_ADDRESS);
  return short.length > 0 ? [...new Set(short)].slice(0, MAX_PICTURES) : undefined;
}

/** Pieces in stock; undefined unless it is a number, and a negative number means 0. */
function quantityOf(value: unknown): number | undefined {
  const single = singleOf(value);
  const pieces = typeof single === 'string' && single.trim() !== '' ? Number(single) : single;
  return isNumber(pieces) && pieces <= Number.MAX_SAFE_INTEGER ? Math.max(0, Math.floor(pieces)) : undefined;
}

function groupOf(value: unknown): unknown {
  const single = idOf(singleOf(value));
  return single === '' ? undefined : single;
}

/** Stars and number of ratings, also as an item has them. Numbers of another scale are left out: the column stays an attribute. */
function ratingOf({ rating, ratings }: NamedFields, mapping: FeedMapping): Item['rating'] | undefined {
  if (isObject(rating)) return ratingOf({ rating: rating.value, ratings: rating.count }, mapping);
  const value = amountOf(rating, mapping);
  const count = quantityOf(ratings);
  if (!isNumber(value) || value < 0 || value > 5 || count === 0) return undefined;
  return { value, ...(count === undefined ? {} : { count }) };
}

/** Day of a date or time in ISO 8601. Any other text is left out: the column stays an attribute. */
function dayOf(value: unknown): string | undefined {
  const [day] = (typeof value === 'string' ? /^\d{4}-\d{2}-\d{2}(?=$|[T ])/.exec(value.trim()) : null) ?? [];
  return day !== undefined && v.is(v.pipe(v.string(), v.isoDate()), day) ? day : undefined;
}

/** The number in a numeric text; any other text is kept for the rejected row. An empty text counts as absent. */
function amountOf(value: unknown, { decimal }: FeedMapping): unknown {
  const single = singleOf(value);
  if (typeof single !== 'string') return single;
  if (single.trim() === '') return undefined;
  return parseAmount(single, decimal) ?? single;
}

function pictureOf(value: unknown, depth = 0): unknown {
  const single = singleOf(value);
  if (!isObject(single)) return single === '' ? undefined : single;
  if (depth > MAX_NESTING) return undefined;
  return pictureOf(single.src ?? single.contentUrl ?? single.url ?? single['@id'], depth + 1);
}

function addressOf(value: unknown, base: string | undefined): unknown {
  const single = singleOf(value);
  if (typeof single !== 'string' || base === undefined) return single === '' ? undefined : single;
  return URL.canParse(single, base) ? new URL(single, base).href : single;
}

function availabilityOf(value: unknown): unknown {
  if (typeof value === 'boolean') return parseAvailability(value);
  if (typeof value !== 'string') return value;
  return value === '' ? undefined : (parseAvailability(value) ?? value);
}

const isGarbled = (text: unknown): boolean => typeof text === 'string' && text.includes('\uFFFD');

/** The first field whose text in the feed was decoded with the wrong encoding. */
function garbledField(named: NamedFields): string | undefined {
  const field = TEXT_FIELDS.find((field) => [named[field]].flat().some(isGarbled));
  if (field !== undefined || !isObject(named.attributes)) return field;
  const found = Object.entries(named.attributes).find(([name, value]) => [name, value].flat().some(isGarbled));
  return found && `attributes.${shortened(found[0], MAX_QUOTED)}`;
}

function problemsOf(issues: readonly v.BaseIssue<unknown>[], shape: RecordShape, mapping: FeedMapping): Problem[] {
  const problems = issues.slice(0, MAX_PROBLEMS).map((issue) => {
    const path = v.getDotPath(issue) ?? 'row';
    const reason =
      issue.kind === 'schema' && issue.received === 'undefined' && (path === 'id' || path === 'title')
        ? `is missing; searched in ${namesOf(path, shape, mapping)}`
        : reasonOf(issue);
    return { field: shortened(path, MAX_QUOTED), reason };
  });
  const more = issues.length - problems.length;
  return more > 0 ? [...problems, { field: 'row', reason: `has ${more} more invalid fields` }] : problems;
}

/** Message of an issue: checks bring their own messages, type errors get theirs here. */
function reasonOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind !== 'schema') return issue.message;
  if (issue.received === 'undefined') return 'is missing';
  const path = v.getDotPath(issue);
  if ((path === 'id' || path === 'group') && typeof issue.input === 'number') return INEXACT_ID;
  if (issue.type === 'union') return 'must be a text, a number, true or false, or a list of texts';
  const expected = (issue.expected ?? 'another type').replaceAll(' | ', ' or ').replace(/[()]/g, '');
  return `must be ${expected}, not ${shortened(issue.received, MAX_QUOTED)}`;
}

/** Price and stock of a product as a feed has them. */
export interface FeedOffer {
  id: string;
  /** The offer in the feed; a field is absent if the product lacks it. */
  values: Partial<Offered>;
  /** The fields that the record has, with or without a value. */
  fields: readonly (keyof Offered)[];
}

const { id, price, listPrice, availability, quantity } = itemSchema.entries;
const schema = v.object({ id, price, listPrice, availability: v.optional(availability.wrapped), quantity });

/** Reads the price and stock of a record like `recordItem`; all its other fields may be missing or invalid. */
export function recordOffer(
  shape: RecordShape,
  record: Record<string, unknown>,
  mapping: FeedMapping,
): ParsedRecord<FeedOffer> {
  const named = namedFields(shape, record, mapping);
  const input: Record<string, unknown> = {
    id: idOf(named.id),
    ...pricesOf(named, record, mapping),
    availability: availabilityOf(named.availability),
    quantity: quantityOf(named.quantity),
  };
  if (named.unpublished) return { unpublished: true, ...(typeof input.id === 'string' ? { id: input.id } : {}) };
  const known = knownOf({ ...input, title: named.title });
  const found = checked(schema, input, known, isGarbled(input.id) ? 'id' : undefined, shape, mapping);
  if ('problems' in found) return found;
  const { id: own, ...values } = found.output;
  const has = { ...named, listPrice: named.listPrice ?? named.sale };
  const currency = currencyOf(named);
  const item = { id: own, values, fields: OFFERED.filter((field) => has[field] !== undefined) };
  return { item, ...(currency ? { currency } : {}) };
}
