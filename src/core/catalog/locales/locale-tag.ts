import * as v from 'valibot';

/** The tag in its usual spelling, `de-at` as `de-AT`; null for what is no BCP 47 tag. */
function canonicalTag(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag.trim().replaceAll('_', '-'))[0] ?? null;
  } catch {
    // Intl throws for what is no tag; there is nothing else to find out.
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

/** Points for what a tag has in common with another of the same language. */
const SAME_SCRIPT = 4;
const SAME_REGION = 2;
const NO_REGION = 1;

/**
 * The language of a shop that suits a reader best: of those with the language of the reader, one in the same script, then of the
 * same region, then one that names no region. `de-AT` gets `de` before `de-CH`, `zh-TW` gets `zh-Hant` before `zh`, and `pt`
 * gets `pt-BR` where there is no `pt`.
 * @param wanted tag of the reader's language; anything else fits none
 * @param offered tags; of equally good ones the first
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
