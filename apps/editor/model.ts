import * as v from 'valibot';
import { exactObject } from '../../src/core/common/schema';
import { ENGLISH } from '../../src/core/labels';
import {
  type FilterValue,
  holdsAt,
  PLACEMENTS,
  type Placement,
  type PublishedRule,
  parseRules,
} from '../../src/device/ranking';

const RULES_VERSION = 1;

/** Kinds of rules of the form. */
export const KINDS = ['pin', 'raise', 'lower', 'hide'] as const;
export type Kind = (typeof KINDS)[number];

/** The products that a rule is about. */
export interface Condition {
  /** `id`, `category` or `attributes.<name>`. */
  field: string;
  /** The value as it stands in the filter; lists, such as tags, are compared with `$contains`. */
  match: FilterValue | { $contains: string };
}

export interface FormPin {
  itemId: string;
  /** 0-based. */
  position: number;
}

/** A rule as the fields of the form. Empty texts are left out of the file. */
export interface FormRule {
  name: string;
  /** Empty: all. */
  placements: Placement[];
  /** A date, or a date with a time: `2026-11-27T08:00`. */
  from: string;
  until: string;
  kind: Kind;
  /** Only of `pin`. */
  pins: FormPin[];
  /** Of all kinds but `pin`. */
  condition: Condition;
  /** Of `raise` and `lower`; undefined: the default. */
  strength?: number;
}

/** A rule in the editor. */
export interface Draft {
  key: number;
  /** The entry as it would be saved: the file's, until the form changes it. */
  entry: unknown;
  /** Null for a rule that the form cannot express. */
  form: FormRule | null;
}

const moment = v.optional(v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d)?$/)));
const value = v.union([v.string(), v.number(), v.boolean()]);
const filterSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.regex(/^(id|category|attributes\..+)$/)),
    v.union([value, exactObject({ $contains: v.string() })]),
  ),
  v.check((filter) => Object.keys(filter).length === 1),
);
const pushes = v.optional(v.strictTuple([exactObject({ filter: filterSchema, strength: v.optional(v.number()) })]));
const entrySchema = exactObject({
  name: v.optional(v.string(), ''),
  placements: v.optional(v.array(v.picklist(PLACEMENTS)), []),
  from: moment,
  until: moment,
  pin: v.optional(v.array(exactObject({ itemId: v.string(), position: v.pipe(v.number(), v.integer()) }))),
  boost: pushes,
  bury: pushes,
  filter: v.optional(exactObject({ $not: filterSchema })),
});

/** A condition that no product meets yet. */
const EMPTY: Condition = { field: 'category', match: '' };

const conditionOf = (filter: v.InferOutput<typeof filterSchema>): Condition => {
  const [[field, match] = ['category', '']] = Object.entries(filter);
  return { field, match };
};

/** The fields of an entry; null if the form cannot express all of it. */
export function formOf(entry: unknown): FormRule | null {
  const read = v.safeParse(entrySchema, entry);
  if (!read.success) return null;
  const { pin, boost, bury, filter, from = '', until = '', ...others } = read.output;
  if ([pin, boost, bury, filter].filter(Boolean).length !== 1) return null;
  const form = { ...others, from, until, pins: pin ?? [], condition: EMPTY };
  if (pin) return { ...form, kind: 'pin' };
  if (filter) return { ...form, kind: 'hide', condition: conditionOf(filter.$not) };
  const [push] = boost ?? bury ?? [];
  if (!push) return null;
  return { ...form, kind: boost ? 'raise' : 'lower', condition: conditionOf(push.filter), strength: push.strength };
}

export function entryOf({ name, placements, from, until, kind, pins, condition, strength }: FormRule): object {
  const filter = { [condition.field]: condition.match };
  const push = [{ filter, ...(strength === undefined ? {} : { strength }) }];
  return {
    ...(name ? { name } : {}),
    ...(placements.length > 0 ? { placements } : {}),
    ...(from ? { from } : {}),
    ...(until ? { until } : {}),
    ...(kind === 'pin' && { pin: pins }),
    ...(kind === 'raise' && { boost: push }),
    ...(kind === 'lower' && { bury: push }),
    ...(kind === 'hide' && { filter: { $not: filter } }),
  };
}

let keys = 0;

const fileSchema = exactObject({ version: v.literal(RULES_VERSION), rules: v.array(v.unknown()) });

/** The rules of a file. @throws Error that says what to do if it has no list of rules */
export function draftsOf(text: string): Draft[] {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), fileSchema), text);
  if (!read.success)
    throw new Error(
      'rules.json has no valid list of rules. Run "sidestream rules check", correct what it names, then reload this page.',
    );
  return read.output.rules.map((entry) => ({ key: ++keys, entry, form: formOf(entry) }));
}

export function newDraft(given: Pick<FormRule, 'kind'> & Partial<FormRule>): Draft {
  const form = { name: '', placements: [], from: '', until: '', pins: [], condition: EMPTY, ...given };
  return { key: ++keys, entry: entryOf(form), form };
}

export function changed(draft: Draft, change: Partial<FormRule>): Draft {
  if (!draft.form) return draft;
  const form = { ...draft.form, ...change };
  return { ...draft, form, entry: entryOf(form) };
}

/** Whether the form lacks the products that the rule is about: it would change no list, and is not written. */
export const isEmpty = ({ form }: Pick<Draft, 'form'>): boolean =>
  form !== null &&
  (form.kind === 'pin' ? form.pins.every(({ itemId }) => itemId === '') : matchText(form.condition) === '');

export const fileOf = (drafts: readonly Pick<Draft, 'entry'>[]): string =>
  `${JSON.stringify({ version: RULES_VERSION, rules: drafts.map(({ entry }) => entry) }, null, 2)}\n`;

/** The rules that pages would follow. */
export const publishedOf = (drafts: readonly Pick<Draft, 'entry'>[]): PublishedRule[] =>
  parseRules(new TextEncoder().encode(fileOf(drafts)).buffer).rules;

/** A list at a time. */
export interface Place {
  placement: Placement;
  /** Milliseconds since the epoch. */
  now: number;
}

const applies = (draft: Draft, { placement, now }: Place): boolean =>
  publishedOf([draft]).some((rule) => holdsAt(rule, now) && (rule.placements?.includes(placement) ?? true));

/**
 * Pins a product to a place of a list: in the rule that pins it there already, else in the last rule with pins of this list
 * alone, else in a new rule.
 */
export function pinned(drafts: readonly Draft[], pin: FormPin, place: Place): Draft[] {
  const candidates = drafts.filter((draft) => draft.form?.kind === 'pin' && applies(draft, place));
  const rule =
    candidates.findLast(({ form }) => form?.pins.some(({ itemId }) => itemId === pin.itemId)) ??
    candidates.findLast(({ form }) => form?.placements.length === 1);
  if (!rule?.form) {
    const { placement } = place;
    return [
      ...drafts,
      newDraft({ kind: 'pin', name: `Pinned in “${listName(placement)}”`, placements: [placement], pins: [pin] }),
    ];
  }
  const others = rule.form.pins.filter(({ itemId, position }) => itemId !== pin.itemId && position !== pin.position);
  const pins = [...others, pin].sort((a, b) => a.position - b.position);
  return drafts.map((draft) => (draft === rule ? changed(rule, { pins }) : draft));
}

/** Takes the pins of a product in a list away; a rule without any other pin is removed. */
export function unpinned(drafts: readonly Draft[], itemId: string, place: Place): Draft[] {
  return drafts.flatMap((draft) => {
    const pins = draft.form?.pins.filter((pin) => pin.itemId !== itemId) ?? [];
    if (draft.form?.kind !== 'pin' || pins.length === draft.form.pins.length || !applies(draft, place)) return draft;
    return pins.length === 0 ? [] : changed(draft, { pins });
  });
}

/** A list by the heading that shoppers see. */
export const listName = (placement: Placement): string => ENGLISH.list.headings[placement];

export const NAMES: Readonly<Record<Kind, string>> = { pin: 'Pin', raise: 'Raise', lower: 'Lower', hide: 'Hide' };

const FIELDS: Readonly<Record<string, string>> = { id: 'Product', category: 'Category' };

/** The name by which problems call a rule. */
export function nameIn(entry: unknown): string | undefined {
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
  return typeof name === 'string' && name !== '' ? name.slice(0, 100) : undefined;
}

export const fieldName = (field: string): string => FIELDS[field] ?? field.replace('attributes.', '');

/** Names of the form's fields, by the last part of their path in the file. */
const LABELS: Readonly<Record<string, string>> = {
  ...FIELDS,
  strength: 'Strength',
  itemId: 'Product',
  position: 'Place',
  from: 'From',
  until: 'Until',
};

/** A problem in the words of the form: it counts places from 1, and names fields by their labels. */
export function problemWords(field: string, reason: string): string {
  const label = /attributes\.(.+)$/.exec(field)?.[1] ?? LABELS[field.split('.').at(-1) ?? ''];
  const text = reason
    .replaceAll(/position (\d+)/g, (_, position) => `place ${Number(position) + 1}`)
    .replaceAll(/pin\.\d+/g, 'another pin');
  return [label ?? (field === '' || /^pin\.\d+$/.test(field) ? '' : field), text].filter(Boolean).join(': ');
}

export const matchText = ({ match }: Condition): string => String(typeof match === 'object' ? match.$contains : match);

/** A rule's effect in words. @param titleOf title of a product by its id */
export function words(entry: unknown, titleOf: (id: string) => string): string {
  const form = formOf(entry);
  if (!form) return JSON.stringify(entry);
  if (isEmpty({ form }))
    return `${NAMES[form.kind]} …: name a product or a category. Until then the rule is not written.`;
  const { kind, pins, condition, strength, placements, from, until } = form;
  const text = matchText(condition);
  const about =
    kind === 'pin'
      ? pins.map(({ itemId, position }) => `“${titleOf(itemId)}” at place ${position + 1}`).join(', ')
      : `${fieldName(condition.field).toLowerCase()} “${condition.field === 'id' ? titleOf(text) : text}”`;
  return [
    `${NAMES[kind]} ${about}`,
    strength !== undefined && `strength ${strength}`,
    placements.length > 0 && `in ${placements.map((name) => `“${listName(name)}”`).join(', ')}`,
    from && `from ${from.replace('T', ' ')}`,
    until && `until ${until.replace('T', ' ')}`,
  ]
    .filter(Boolean)
    .join('; ');
}

export interface Difference {
  what: 'Added' | 'Changed' | 'Removed' | 'Order';
  text: string;
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The changes that saving makes. @param before the rules of the file */
export function differences(
  before: readonly Draft[],
  now: readonly Draft[],
  titleOf: (id: string) => string,
): Difference[] {
  const said = (entry: unknown): string => words(entry, titleOf);
  const file = new Map(before.map(({ key, entry }) => [key, entry]));
  const kept = new Set(now.map(({ key }) => key));
  const order = before.filter(({ key }) => kept.has(key)).map(({ key }) => key);
  const present = now.filter(({ key }) => file.has(key));
  return [
    ...now.flatMap(({ key, entry }): Difference[] => {
      if (!file.has(key)) return [{ what: 'Added', text: said(entry) }];
      const old = file.get(key);
      if (isSame(old, entry)) return [];
      const [was, is] = [said(old), said(entry)];
      return [{ what: 'Changed', text: was === is ? `${is}: its name` : `${was} → ${is}` }];
    }),
    ...before
      .filter(({ key }) => !kept.has(key))
      .map(({ entry }): Difference => ({ what: 'Removed', text: said(entry) })),
    ...(present.some(({ key }, n) => key !== order[n])
      ? [{ what: 'Order' as const, text: 'Rules apply in another order: where two disagree, the later one wins.' }]
      : []),
  ];
}
