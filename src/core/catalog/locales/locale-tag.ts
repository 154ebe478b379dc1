import * as v from 'valibot';

/** The tag in its usual spelling, `de-at` as `de-AT`; null if it is not a BCP 47 tag. */
function canonicalTag(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag.trim().replaceAll('_', '-'))[0] ?? null;
  } catch {
    // Intl throws for an invalid tag; the error has no further information.
    return null;
  }
}

/** A language as a BCP 47 tag: `de`, `pt-BR`, `zh-Hant`; also with `_`, as many shops write it. */
export const localeSchema = v.pipe(
  v.string(),
  v.maxLength(35, 'must have at most 35 characters'),
  v.transform(canonicalTag),
  v.string('must be a language tag such as "de" or "pt-BR"'),
);

/** Points for each subtag that two tags of the same language share. */
const SAME_SCRIPT = 4;
const SAME_REGION = 2;
const NO_REGION = 1;

/**
 * The language of a shop that suits a reader best: among tags of the reader's language, one in the same script, then one of
 * the same region, then one without a region. `de-AT` gets `de` before `de-CH`, `zh-TW` gets `zh-Hant` before `zh`, and `pt`
 * gets `pt-BR` if the shop has no `pt`.
 * @param wanted tag of the reader's language; an invalid tag matches nothing
 * @param offered tags; among equally good tags, the first wins
 */
export function bestLocale(wanted: unknown, offered: readonly string[]): string | null {
  const reader = typeof wanted === 'string' ? localeOf(wanted) : null;
  if (!reader) return null;
  let [best, most] = [null as string | null, -1];
  for (const tag of offered) {
    const other = localeOf(tag);
    if (!other || other.likely.language !== reader.likely.language) continue;
    const points =
      (other.likely.script === reader.likely.script ? SAME_SCRIPT : 0) +
      (other.likely.region === reader.likely.region ? SAME_REGION : 0) +
      (other.named.region === undefined ? NO_REGION : 0);
    if (points > most) [best, most] = [tag, points];
  }
  return best;
}

function localeOf(tag: string): { named: Intl.Locale; likely: Intl.Locale } | null {
  const known = canonicalTag(tag);
  if (known === null) return null;
  const named = new Intl.Locale(known);
  return { named, likely: named.maximize() };
}
