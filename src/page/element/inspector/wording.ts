import type { EncoderRun, InspectedExpert, Inspection, JournalKind, Status } from '../../../device/protocol';

/** Labels of the score's parts; they end the sentence "It counts that it is …". */
const LABELS: Record<string, string> = {
  boughtTogether: 'often chosen with what you just looked at',
  recent: 'like what you looked at lately',
  session: 'like your last three',
  nearestHistory: 'close to some that you chose',
  category: 'from your categories',
  numericAffinity: 'close to yours in price and numbers',
  catalogOrder: 'next to yours in the catalogue',
  popularity: 'popular in this shop',
  coldStart: 'new in this shop',
  disliked: 'unlike what you dismissed',
  preference: 'to your taste',
  boost: 'promoted by the shop',
  bury: 'held back by the shop',
  hint: 'what you look for in this visit',
  rotation: 'shown to you before',
  demand: 'due to be bought again',
};

/** Label of a part of the score. An unknown name is split into words: `contentRecent` becomes `content recent`. */
export function termLabel(name: string): string {
  const label = Object.hasOwn(LABELS, name) && LABELS[name];
  if (label) return label;
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_.]+/g, ' ')
    .toLowerCase();
}

/** Names of experts for the shopper. */
const EXPERT_NAMES: Record<InspectedExpert['state'], string> = {
  generalist: 'Everything that you chose',
  active: 'What you look for now',
  frozen: 'What you looked for before',
  candidate: 'Perhaps something new',
  removed: 'A taste that was dropped',
};
/** The same as the end of the sentence "It counts that it is …". */
export const EXPERT_LABELS: Record<InspectedExpert['state'], string> = {
  generalist: 'to your taste as a whole',
  active: 'to your present taste',
  frozen: 'to an earlier taste',
  candidate: 'to what may be a new taste',
  removed: 'to a taste that was dropped',
};
/** The top category of more than half of an expert's choices; null if no category has that many. */
function mostlyOf(from: InspectedExpert['from']): string | null {
  const names = from.map(({ item }) => item.category.split('/')[0]?.trim() ?? '');
  return names.find((name) => name !== '' && names.filter((other) => other === name).length > names.length / 2) ?? null;
}
/** Name of an expert with its main category, if it has one. */
export function expertName({ state, from }: Pick<InspectedExpert, 'state' | 'from'>): string {
  const mostly = state === 'generalist' ? null : mostlyOf(from);
  return mostly === null ? EXPERT_NAMES[state] : `${EXPERT_NAMES[state]}: ${mostly}`;
}
export const EXPERT_STATES: Record<InspectedExpert['state'], string> = {
  generalist: 'learning',
  active: 'learning',
  frozen: 'frozen',
  candidate: 'on trial',
  removed: 'pruned',
};
/** The same in the terms of the field. */
export const EXPERT_TERMS: Record<InspectedExpert['state'], string> = {
  generalist: 'generalist, learns every choice',
  active: 'active, learns',
  frozen: 'frozen, kept as it was',
  candidate: 'candidate, on trial',
  removed: 'pruned: it had the smallest weight lately',
};

/** An event of the journal, as a sentence. */
export const POINT_NAMES: Record<JournalKind, string> = {
  window: 'A series of choices ended',
  rejected: 'A step that did not help was left out',
  kept: 'A new taste was kept',
  frozen: 'A taste was set aside unchanged',
  returned: 'An earlier taste came back',
  pruned: 'A taste was dropped',
};
/** The same in the terms of the field. */
export const POINT_TERMS: Record<JournalKind, string> = {
  window: 'window',
  rejected: 'rejected update',
  kept: 'expansion',
  frozen: 'expert frozen',
  returned: 'expert active again',
  pruned: 'pruning',
};

/** Why nothing is learned; null if learning is on. */
export function whyNothing({ consent, learning }: Pick<Status, 'consent' | 'learning'>): string | null {
  if (consent === 'denied')
    return 'You said no. Nothing is learned from what you do here, and nothing about you is kept.';
  if (!learning) return 'Learning is switched off on this page. The lists are the same for everybody.';
  return null;
}

/** Text shown before anything was learned. */
export const NOTHING_LEARNED_TEXT =
  'Nothing yet. Look at a few products, then come back. The profile is then learned in this browser, and stays in it.';

/**
 * The result of a merge.
 * @param added events that came from the file
 * @param exact whether both devices still had all of their events
 */
export function mergedText(added: number, exact: boolean): string {
  if (added === 0) return 'The file holds nothing that this device does not know.';
  const done = 'The file is merged: everything was learned again in the order in which you did it.';
  return exact ? done : `${done} One of the two devices no longer had its oldest notes.`;
}

export function formatsIn(language?: string) {
  const number = new Intl.NumberFormat(language);
  const tenths = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const hundredths = new Intl.NumberFormat(language, {
    signDisplay: 'exceptZero',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  const share = new Intl.NumberFormat(language, { style: 'percent' });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const dayAndTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const hour = new Intl.DateTimeFormat(language, { timeStyle: 'short' });
  const count = (value: number): string => number.format(value);
  /** With one decimal. */
  const fine = (value: number): string => tenths.format(value);
  return {
    count,
    fine,
    signed: (value: number): string => hundredths.format(value),
    percent: (value: number): string => share.format(value),
    day: (time: number): string => day.format(time),
    /** Day and time; only the time if it is today. */
    moment(time: number): string {
      const today = new Date(time).toDateString() === new Date().toDateString();
      return today ? `today, ${hour.format(time)}` : dayAndTime.format(time);
    },
    bytes(value: number): string {
      if (value < 1000) return `${count(value)} B`;
      return value < 1e6 ? `${fine(value / 1000)} kB` : `${fine(value / 1e6)} MB`;
    },
    choices: (choices: number): string => `${count(choices)} ${choices === 1 ? 'choice' : 'choices'}`,
    /** A position in a list: "2nd". */
    place(place: number): string {
      const endings: Record<string, string> = { one: 'st', two: 'nd', few: 'rd' };
      return `${count(place)}${endings[ORDINALS.select(place)] ?? 'th'}`;
    },
  };
}
export type Formats = ReturnType<typeof formatsIn>;

/** The words are always English, whatever the language of the numbers. */
const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' });

/** Lists words as a sentence does: "a, b and c". */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** Summary of the shopper's choices, as one sentence. */
export function tasteSentence({ categories, choices }: Inspection, total: number, formats: Formats): string {
  const last = (name: string): string => name.split('/').at(-1) ?? name;
  const most = categories.slice(0, 3).map(({ name, share }) => `${last(name)} (${formats.percent(share)})`);
  const [first] = choices;
  const since = first?.at === 1 ? `, the first on ${formats.day(first.time)}` : '';
  const from = `This browser has learned your taste from ${formats.choices(total)}${since}.`;
  return most.length === 0 ? from : `${from} Lately you chose mostly ${listed(most)}.`;
}

/** The last run of an encoder in words: what ran, where, why not on a GPU, and for how long. */
export function runWords({ encoder, backend, reason, milliseconds }: EncoderRun, { count }: Formats): string {
  const place = backend === 'webgpu' ? 'WebGPU' : 'wasm';
  return `${encoder} on ${place}${reason === null ? '' : ` (${reason})`}, ${count(milliseconds)} ms`;
}
