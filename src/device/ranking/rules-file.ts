import * as v from 'valibot';
import type { FetchFile } from '../../core/catalog';
import { fetchMutable, type MutableFile, parseMutable } from '../../core/catalog/mutable-files';
import { exactObject, fitting } from '../../core/common/schema';
import { SidestreamError } from '../../error';
import { PLACEMENTS, type Placement } from './placement';
import type { Filter } from './rules/filter';
import { mergedRules, RULES_FILE, type Rules, ruleFields } from './rules/rules';

/** Format version of the file. */
const RULES_VERSION = 1;
const MAX_BYTES = 256_000;
const MAX_RULES = 200;
/** Maximum number of filters of `boost` and `bury` in all entries: each is tested on every item of a list. */
const MAX_PUSHES = 200;

export interface RuleProblem {
  /** Name of the entry, or its number; empty for the file. */
  rule: string;
  /** The invalid field, such as `boost.0.filter.price`; empty for the whole entry. */
  field: string;
  reason: string;
}

/** The rules of a file, in its order, without the entries that have a problem. */
export interface PublishedRules {
  rules: PublishedRule[];
  problems: RuleProblem[];
}

const moment = (end: boolean) =>
  v.optional(
    v.pipe(
      v.string(),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        const at = momentOf(dataset.value, end);
        if (at !== null) return at;
        addIssue({ message: 'must be a date such as "2026-11-27" or a time such as "2026-11-27T18:00+01:00"' });
        return NEVER;
      }),
    ),
  );

const entrySchema = v.pipe(
  exactObject({
    name: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(100))),
    /** Default: all placements. */
    placements: v.optional(v.pipe(v.array(v.picklist(PLACEMENTS)), v.minLength(1), v.maxLength(PLACEMENTS.length))),
    /** Start time, milliseconds since the epoch. Default: immediately. */
    from: moment(false),
    /** End time, milliseconds since the epoch. Default: no end. */
    until: moment(true),
    ...ruleFields,
  }),
  v.forward(
    v.check(
      ({ from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }) => from < until,
      'is not after "from", so the rule never applies',
    ),
    ['until'],
  ),
);

/** One entry of the file: rules for some placements and for some time. */
export interface PublishedRule extends Pick<v.InferOutput<typeof entrySchema>, 'placements' | 'from' | 'until'> {
  /** Its name in messages: the rule's name, else its number, from 1. */
  name: string;
  rules: Rules;
}

const fileSchema = exactObject({
  version: v.literal(RULES_VERSION, `must be ${RULES_VERSION}`),
  rules: v.pipe(v.array(v.unknown()), v.maxLength(MAX_RULES, `must be at most ${MAX_RULES} rules`)),
});

/**
 * Reads a rules file. Invalid entries are left out and reported, the other entries apply.
 * @throws SidestreamError `bundle/rules` when the file as a whole cannot be read
 */
export function parseRules(bytes: ArrayBuffer): PublishedRules {
  const file = fitting(fileSchema, parseMutable(bytes, FILE), (what) => unusable(`${RULES_FILE}: ${what}`));
  const read: PublishedRules = { rules: [], problems: [] };
  let pushes = 0;
  for (const [n, entry] of file.rules.entries()) {
    const name = nameOf(entry, n);
    const result = v.safeParse(entrySchema, entry);
    if (!result.success) {
      for (const issue of result.issues) {
        read.problems.push({ rule: name, field: v.getDotPath(issue) ?? '', reason: issue.message });
      }
      continue;
    }
    const { name: _, placements, from, until, ...rules } = result.output;
    const more = (rules.boost?.length ?? 0) + (rules.bury?.length ?? 0);
    if (pushes + more > MAX_PUSHES) {
      const field = rules.boost?.length ? 'boost' : 'bury';
      const reason = `a file has at most ${MAX_PUSHES} entries of "boost" and "bury" in all its rules`;
      read.problems.push({ rule: name, field, reason });
      continue;
    }
    pushes += more;
    read.rules.push({ name, placements, from, until, rules });
  }
  return read;
}

/**
 * Gets the rules of a bundle.
 * @throws SidestreamError `bundle/rules` when the file is missing, or cannot be read as a whole
 */
export async function fetchRules(fetchFile: FetchFile): Promise<PublishedRules> {
  return parseRules(await fetchMutable(fetchFile, FILE));
}

/** A problem as one line: `"Black Friday", boost.0.strength: …`. */
export const ruleProblemText = ({ rule, field, reason }: RuleProblem): string =>
  `${[rule && JSON.stringify(rule), field].filter((part) => part !== '').join(', ') || RULES_FILE}: ${reason}`;

function nameOf(entry: unknown, n: number): string {
  const name = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
  return typeof name === 'string' && name !== '' ? name.slice(0, 100) : `rule ${n + 1}`;
}

const unusable = (what: string, cause?: unknown): SidestreamError =>
  new SidestreamError(
    'bundle/rules',
    `The shop's rules file cannot be used, so lists follow only the page's own rules: ${what.replace(/\.$/, '')}. Correct it; \`sidestream rules check\` lists every error.`,
    { cause },
  );

const FILE: MutableFile = { name: RULES_FILE, maxBytes: MAX_BYTES, unusable };

const MOMENT = /^([12]\d{3})-(\d\d)-(\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Reads a date (`2026-11-27`) or a time (`2026-11-27T18:00`), in this device's time zone unless the time names one (`Z`,
 * `+01:00`).
 * @param end whether it is an end: a date then includes its whole day
 * @returns milliseconds since the epoch; null if the text is neither, or the day or hour does not exist
 */
export function momentOf(text: string, end: boolean): number | null {
  const [, year, month, day, time] = MOMENT.exec(text) ?? [];
  if (year === undefined) return null;
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(y, m - 1, d);
  // `Date` turns the 31st of November into the 1st of December.
  if (date.getMonth() !== m - 1 || date.getDate() !== d) return null;
  const moment = time ? Date.parse(text) : new Date(y, m - 1, d + Number(end)).getTime();
  return Number.isNaN(moment) ? null : moment;
}

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
