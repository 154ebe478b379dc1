import type { Text, Translated } from '../../../../../core/labels';
import type { InspectedExpert } from '../../../../../device/protocol';

/**
 * English, built into the inspector. The texts in the other languages have the same placeholders. Of two forms, `one` is for exactly 1.
 */
export const ENGLISH_TEXTS = {
  /** Read by screen readers: name of the row of views. */
  views: 'Questions',
  /** The question of each view, and the same in one short word for a narrow inspector. */
  tabs: {
    learned: { question: 'What did it learn?', short: 'Learned' },
    timeline: { question: 'When?', short: 'When' },
    why: { question: 'Why this?', short: 'Why' },
    data: { question: 'Your data', short: 'Data' },
  },
  waiting: 'Waiting for the recommender.',
  /** Before the message of an error, which is in English. */
  failed: 'Something could not be read or done:',
  denied: 'You said no. Nothing is learned from what you do here, and nothing about you is kept.',
  off: 'Learning is switched off on this page. The lists are the same for everybody.',
  nothing:
    'Nothing yet. Look at a few products, then come back. The profile is then learned in this browser, and stays in it.',
  today: 'today, {time}',
  /** A place in a list, by the ordinal forms of the language. */
  place: { one: '{place}st', two: '{place}nd', few: '{place}rd', other: '{place}th' },
  /** Names of the score's parts. */
  parts: {
    sideModel: 'what shoppers like you choose',
    boughtTogether: 'often chosen with what you just looked at',
    recent: 'like what you looked at lately',
    session: 'like your last three',
    nearestHistory: 'close to some that you chose',
    category: 'from your categories',
    numericAffinity: 'close to yours in price and numbers',
    popularity: 'popular in this shop',
    coldStart: 'new in this shop',
    disliked: 'unlike what you dismissed',
    preference: 'to your taste as a whole',
    boost: 'promoted by the shop',
    bury: 'held back by the shop',
    hint: 'what you look for in this visit',
    rotation: 'shown to you before',
    repeats: 'bought by you before',
  },
  /** The part of an expert for one kind of product. */
  taste: 'to your taste in {name}',
  /** The part of all candidates together. */
  onTrial: 'to tastes on trial',
  learned: {
    choices: {
      one: 'This browser has learned your taste from {count} choice.',
      other: 'This browser has learned your taste from {count} choices.',
    },
    lately: {
      one: 'It was from {categories}.',
      other: 'Lately, in your last {count} choices, you chose mostly {categories}.',
    },
    here: 'It happened here, in your browser: neither your choices nor the profile is sent to anybody.',
    products: 'Products that shaped your list',
    productsNote:
      'The past choices that put products into your list, and how much each of them counts in its first 20.',
    experts: 'Tastes that it keeps separate',
    expertsNote:
      'Each taste is learned separately, so a new one does not erase an earlier one. The model of one taste is called an expert. The better an expert predicted your choices, the more weight it has in your list.',
    everything: 'Everything you chose',
    everythingLately: 'Everything you chose, lately {category}',
    /** Name of an expert whose choices have no category. */
    unnamed: 'A separate taste',
    /** Tells two experts of the same name apart. */
    numbered: '{name} (expert {id})',
    /** Badge of an expert. */
    states: { generalist: 'learning', active: 'learning', frozen: 'kept unchanged' },
    from: 'since {day}',
    learned: { one: '{count} choice', other: '{count} choices' },
    /** `{share}` is in bold. */
    say: '{share} of the say in your list',
    last: 'Learned last from',
    nothingOwn: 'No choice of its own yet.',
  },
  timeline: {
    listNote: 'The newest first. Open a row to see how your list would change if you went back to that state.',
    /** Instead of it, as long as there is no state. */
    firstState: 'The first state is kept after 40 choices, or as soon as a new taste is kept.',
    /** A row, and below it of when it is. */
    kept: 'The state was kept',
    afterChoice: 'after choice {number}, {moment}',
    stays: 'Your first 20 products would stay as they are.',
    change: 'Of your first 20 products {left} would leave, {added} would come in, and {moved} would move.',
    nothingSince: 'Nothing was learned since.',
    wouldLose: {
      one: 'The profile would lose the choice since then.',
      other: 'The profile would lose the {count} choices since then.',
    },
    goBack: 'Go back to choice {number}',
    wentBack: 'Done. The shop knows what it knew after choice {number}.',
  },
  why: {
    choose: 'Choose a product of the list',
    absent: '{title} is left out of this list: you looked at it recently, own it, or removed it.',
    place: '{title} is {place} of {of} products.',
    same: 'The order is the same for everybody.',
    most: 'What counts most: {parts}.',
    without: 'Without the first of these it would be {place}.',
    chart: 'What makes up its score',
    chartNote:
      'Products stand by their score, the highest first. Each bar begins where the one before it ends: red ones take from the score, the others add to it.',
    score: 'The score',
    /** A place that a part does not change. */
    still: 'still {place}',
    behind: 'Past choices behind it',
    behindNote:
      'The place that {title} would have if you had not made that choice, and what the choice adds to its score. The tastes keep what they learned from it.',
    withoutIt: 'without it {place}',
    adds: 'adds {score}',
  },
  facts: {
    on: 'on',
    off: 'off',
    consents: {
      pending: 'not asked yet',
      granted: 'kept on this device',
      denied: 'declined',
    },
    names: {
      consent: 'Consent',
      learning: 'Learning',
      events: 'Events',
      'last-update': 'Last update',
    },
  },
  controls: {
    heading: 'Take your profile with you, or delete it',
    note: 'The file holds the profile and the choices behind it, and nothing else. With a passphrase, only those who know the passphrase can read it.',
    passphrase: 'Passphrase (may be empty)',
    export: 'Export',
    exported: 'The file was made.',
    reset: {
      button: 'Forget the profile',
      ask: 'Forget the profile and every choice? Your answer about keeping a profile stays.',
      done: 'The profile is forgotten.',
    },
    forget: {
      button: 'Delete everything',
      ask: 'Delete everything on this device, including your answer about keeping a profile? The shop will ask again.',
      done: 'Everything is deleted.',
    },
    import: {
      button: 'Import',
      ask: 'Should the file replace the profile on this device, or be merged with it, as if you had done everything on one device?',
      yes: 'Replace',
      done: 'The file is in use.',
    },
    cancel: 'Cancel',
    merge: 'Merge',
    /** The results of a merge. */
    merged: 'The file is merged: everything was learned again in the order in which you did it.',
    incomplete: 'One of the two devices no longer had its oldest notes.',
    nothingNew: 'The file holds nothing that this device does not know.',
  },
} as const;

/** All texts of the inspector in one language. */
export interface InspectorTexts extends Omit<Translated<typeof ENGLISH_TEXTS>, 'place' | 'parts'> {
  readonly place: { other: Text<'place'> } & Partial<Record<Intl.LDMLPluralRule, Text<'place'>>>;
  readonly parts: Readonly<Record<string, string>>;
}

/** The state of an expert that was kept. */
export type KeptState = Exclude<InspectedExpert['state'], 'candidate'>;
