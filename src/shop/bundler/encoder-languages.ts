import { PRESETS } from '../../core/encoders';
import { HUB_PRESETS } from '../../core/encoders/adapt';

/** Languages of the encoders with a short name. */
const KNOWN = new Map<string, readonly string[] | undefined>([
  ...HUB_PRESETS.map(({ name, languages }) => [name, languages] as const),
  ...PRESETS.flatMap((preset) => (preset.modality === 'text' ? [[preset.name, preset.languages] as const] : [])),
]);

/** How the language of a catalogue was determined. */
export type LanguageSource = 'stated' | 'feed' | 'words';

const HOW: Record<LanguageSource, string> = { stated: 'as stated', feed: 'as the feed says', words: 'by their words' };

/**
 * A line about texts in a language that their encoder does not read; null if it reads the language, or if either is unknown.
 * @param encoder its name, and the languages that its preset names
 * @param language language tag
 */
export function languageWarning(
  encoder: { name: string; languages?: readonly string[] },
  language: string | undefined,
  how: LanguageSource,
): string | null {
  const reads = encoder.languages ?? KNOWN.get(encoder.name);
  if (language === undefined || !reads || reads.length === 0) return null;
  const primary = primaryOf(language);
  if (reads.some((other) => primaryOf(other) === primary)) return null;
  const better = HUB_PRESETS.find(({ languages = [] }) => languages.some((other) => primaryOf(other) === primary));
  const fix = better
    ? `Build with --text-encoder ${better.name}, which \`sidestream encoders add ${better.name}\` makes once`
    : 'Add an encoder that reads it: `sidestream encoders add`';
  const wrong = how === 'words' ? ' If they are in another language, say so: --lang en.' : '';
  return `The texts are in ${nameOf(language)} (${language}, ${HOW[how]}), which the text encoder ${encoder.name} does not read: it reads ${reads.map(nameOf).join(', ')}. Lists by content will be poor. ${fix}.${wrong}`;
}

/** Both written forms of Norwegian count as one language. */
const primaryOf = (tag: string): string => new Intl.Locale(tag).language.replace(/^n[bn]$/, 'no');

const nameOf = (tag: string): string => new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag;
