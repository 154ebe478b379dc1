import type { Item } from '../../../src/core/catalog';
import { evenly } from '../../../src/core/common/evenly';
import { HUB_PRESETS, PRESETS } from '../../../src/core/encoders';
import type { CollectedFeed } from './collect-feed';

export type CatalogLanguage = Awaited<ReturnType<typeof catalogLanguage>>;

/** The language of a catalogue: as stated, otherwise as its feed says, otherwise as its words say. */
export async function catalogLanguage(
  { lang }: { lang?: string },
  { language: said, items }: Pick<CollectedFeed, 'language' | 'items'>,
  encoder: { name: string; languages?: readonly string[] },
) {
  const how: LanguageSource = lang !== undefined ? 'stated' : said !== undefined ? 'feed' : 'words';
  const language = lang ?? said ?? (await detectLanguage(items));
  const unread = unreadLanguage(encoder, language, how);
  const warning = unread && `${unread} ${remedy(language ?? '', how)}`;
  return {
    ...(language === undefined ? {} : { language }),
    how,
    /** A line for the user if the encoder does not read the language; null if it reads it, or if either is unknown. */
    unread,
    /** The same line with a remedy on the command line. */
    warning,
  };
}

/** Number of items whose texts are examined, spread evenly over the catalogue: a single title says little. */
const ITEMS = 400;
/** Number of characters used of a description. */
const CHARACTERS = 200;
/** Minimum number of letters for detecting a language. */
const MIN_LETTERS = 40;

/** The language of the items' words; undefined if there are too few words or too many languages. */
export async function detectLanguage(
  items: readonly Pick<Item, 'title' | 'description'>[],
): Promise<string | undefined> {
  const text = evenly(items, ITEMS)
    .map(({ title, description }) => `${title}. ${description.slice(0, CHARACTERS)}`)
    .join('\n');
  if ((text.match(/\p{L}/gu)?.length ?? 0) < MIN_LETTERS) return undefined;
  // Its table of letter groups is 1.6 MB: no other command needs it.
  const { eld } = await import('eld/small');
  const found = eld.detect(text);
  return found.isReliable() && found.language !== '' ? found.language : undefined;
}

/** Languages of the encoders with a short name. */
const KNOWN = new Map<string, readonly string[] | undefined>([
  ...HUB_PRESETS.map(({ name, languages }) => [name, languages] as const),
  ...PRESETS.flatMap((preset) => (preset.modality === 'text' ? [[preset.name, preset.languages] as const] : [])),
]);

/** How the language of a catalogue was determined. */
type LanguageSource = 'stated' | 'feed' | 'words';

const HOW: Record<LanguageSource, string> = { stated: 'as stated', feed: 'as the feed says', words: 'by their words' };

/** A line about texts in a language that their encoder does not read; null if it does, or if either is unknown. */
function unreadLanguage(
  encoder: { name: string; languages?: readonly string[] },
  language: string | undefined,
  how: LanguageSource,
): string | null {
  const reads = encoder.languages ?? KNOWN.get(encoder.name);
  if (language === undefined || !reads || reads.length === 0) return null;
  const primary = primaryOf(language);
  if (reads.some((other) => primaryOf(other) === primary)) return null;
  return `The texts are in ${nameOf(language)} (${language}, ${HOW[how]}), which the text encoder ${encoder.name} does not read: it reads ${reads.map(nameOf).join(', ')}. Products are compared by their words instead, which finds shared words but not shared meanings.`;
}

function remedy(language: string, how: LanguageSource): string {
  const better = HUB_PRESETS.find(({ languages = [] }) =>
    languages.some((other) => primaryOf(other) === primaryOf(language)),
  );
  const fix = better
    ? `build with --text-encoder ${better.name}, which \`sidestream encoders add ${better.name}\` makes once`
    : 'add an encoder that reads it: `sidestream encoders add`';
  const wrong = how === 'words' ? ' If they are in another language, say so: --lang en.' : '';
  return `For both: ${fix}.${wrong}`;
}

/** Both written forms of Norwegian count as one language. */
const primaryOf = (tag: string): string => new Intl.Locale(tag).language.replace(/^n[bn]$/, 'no');

const nameOf = (tag: string): string => new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag;
