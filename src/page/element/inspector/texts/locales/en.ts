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
    helps: { question: 'Does it help?', short: 'Helps' },
  },
  waiting: 'Waiting for the recommender.',
  moment: 'One moment.',
  /** Before the message of an error, which is in English. */
  failed: 'Something could not be read or done:',
  denied: 'You said no. Nothing is learned from what you do here, and nothing about you is kept.',
  off: 'Learning is switched off on this page. The lists are the same for everybody.',
  nothing:
    'Nothing yet. Look at a few products, then come back. The profile is then learned in this browser, and stays in it.',
  /** Closed figures of a chart, and their name for screen readers. */
  figures: 'Figures',
  figuresOf: 'Figures: {title}',
  chartFailed: 'The chart could not be loaded. Its figures are below.',
  today: 'today, {time}',
  /** A sentence of a few words, with its stop. */
  sentence: '{words}.',
  /** A place in a list, by the ordinal forms of the language. */
  place: { one: '{place}st', two: '{place}nd', few: '{place}rd', other: '{place}th' },
  /** An axis of choices, with an arrow in the reading direction. */
  choiceAxis: 'choice',
  choice: 'Choice',
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
    since: 'The first was on {day}.',
    lately: {
      one: 'It was from {categories}.',
      other: 'Lately, in your last {count} choices, you chose mostly {categories}.',
    },
    here: 'It happened here, in your browser: neither your choices nor the profile is sent to anybody.',
    products: 'Products that shaped your list',
    productsNote:
      'The past choices that put products into your list, and how much each of them counts in its first 20.',
    categories: 'What you chose lately',
    /** Key of the bars and of the marks on them. */
    ownShare: { one: 'share of your last choice', other: 'share of your last {count} choices' },
    usualShare: 'share of the shop’s products',
    /** Read by screen readers after the share of a category. */
    usually: ', of the shop’s products {share}',
    /** Above the bars of the parts of products that adapters learned from. */
    adapters: 'What your choices follow',
    adaptersNote:
      'From each choice, a small network for each part of the products learned on this device. The bars show how much of what it learned comes from each part.',
    inputs: { text: 'Words', image: 'Pictures', attributes: 'Categories' },
    experts: 'Tastes that it keeps separate',
    expertsNote:
      'Each taste is learned separately, so a new one does not erase an earlier one. The model of one taste is called an expert. The better an expert predicted your choices, the more weight it has in your list.',
    weights: 'The weight of each in your list, choice by choice',
    everything: 'Everything you chose',
    everythingLately: 'Everything you chose, lately {category}',
    /** Name of an expert whose choices have no category. */
    unnamed: 'A separate taste',
    /** Tells two experts of the same name apart, and of which one an entry of the timeline is. */
    numbered: '{name} (expert {id})',
    /** Key of the experts that were dropped. */
    dropped: 'dropped since then',
    /** Badge of an expert. */
    states: { generalist: 'learning', active: 'learning', frozen: 'kept unchanged' },
    /** The same in the terms of the field, as a sentence. */
    terms: {
      generalist: 'expert {id}: generalist, learns every choice',
      active: 'expert {id}: active, learns',
      frozen: 'expert {id}: frozen, kept as it was',
    },
    from: 'since {day}',
    learned: { one: '{count} choice', other: '{count} choices' },
    /** `{share}` is in bold. */
    say: '{share} of the say in your list',
    last: 'Learned last from',
    nothingOwn: 'No choice of its own yet.',
    noneKept: 'No taste is kept separate yet.',
    oneOnly: 'In this shop one taste learns as well as several: the shop measured it on its shoppers.',
    /** Key of the experts on trial. */
    trials: 'On trial',
    scoreWeights: 'Weights of the score (figures)',
    scoreWeightsNote: 'How much each part counts in the score of a product, learned click by click.',
    noWeights: 'No weights yet.',
  },
  timeline: {
    soFar: { one: '{count} choice so far', other: '{count} choices so far' },
    noTaste: 'no separate taste yet',
    tastes: { one: '{count} separate taste', other: '{count} separate tastes' },
    leftOut: {
      one: '{count} step left out that did not help',
      other: '{count} steps left out that did not help',
    },
    chart: 'What happened, choice by choice',
    chartNote: 'From the first choice to the latest. Press a point to find it below.',
    choices: 'Your choices',
    list: 'Point by point',
    listNote: 'The newest first. Open a row to see how your list would change if you went back to the state before it.',
    /** After it, as long as nothing can be opened. */
    firstState:
      'No row can be opened yet: the first state is kept after 40 choices, or as soon as a new taste is kept.',
    showChoices: 'Show choices, too',
    showAll: 'Show all {count}',
    lost: 'What happened before choice {number} is not in the journal any more.',
    columns: { what: 'What', after: 'After choice', when: 'When' },
    chose: 'You chose {title}',
    /** Instead of it if the shop no longer has the product. */
    gone: 'You chose a product that is gone',
    run: 'You chose {count} products',
    runMostly: 'You chose {count} products, mostly {category}',
    choiceNumber: 'choice {number}, {moment}',
    choiceNumbers: 'choices {first} to {last}, {moment}',
    afterChoice: 'after choice {number}, {moment}',
    ranked: 'it was {own} in your list, {popularity} by popularity',
    each: 'Each choice',
    events: {
      window: 'A series of choices ended',
      rejected: 'A step was left out',
      kept: 'A new taste was kept',
      frozen: 'A taste was set aside unchanged',
      returned: 'An earlier taste came back',
      pruned: 'A taste was dropped',
    },
    /** A snapshot whose window is not in the journal. */
    kept: 'The state was kept',
    keptBadge: 'state after choice {number} kept',
    comparing: 'Comparing the lists.',
    stays: 'Your first 20 products would stay as they are.',
    change: 'Of your first 20 products {left} would leave, {added} would come in, and {moved} would move.',
    nothingSince: 'Nothing was learned since.',
    wouldLose: {
      one: 'The profile would lose the choice since then.',
      other: 'The profile would lose the {count} choices since then.',
    },
    goBack: 'Go back to choice {number}',
    wentBack: 'Done. The shop knows what it knew after choice {number}.',
    /** Which state is compared. */
    which: 'The state compared: what the shop knew after choice {number} ({moment}).',
    places: { leaves: 'leaves', enters: 'comes in', stays: 'stays', up: 'up {count}', down: 'down {count}' },
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
    columns: { part: 'Part', brings: 'Brings', without: 'Without it' },
    score: 'The score',
    /** A place that a part does not change. */
    still: 'still {place}',
    behind: 'Past choices behind it',
    behindNote:
      'The place that {title} would have if you had not made that choice, and what the choice adds to its score. The tastes keep what they learned from it.',
    withoutIt: 'without it {place}',
    adds: 'adds {score}',
  },
  helps: {
    stood: 'What you chose stood {own} on average, against {popularity} by popularity.',
    nothing: 'Nothing has been learned yet, so your list is the one that everybody gets.',
    tooEarly: {
      one: 'Too early to say: it takes {count} choice of a product that was new to you.',
      other: 'Too early to say: it takes {count} choices of products that were new to you.',
    },
    repeats: 'Nothing to compare: you had chosen all of your latest products before, so they were not ranked.',
    lists: 'With and without the profile',
    same: 'Both have the same products.',
    because: '{count} of your first {of} products are there because of the profile.',
    own: 'Your list',
    everybody: 'What everybody gets',
    list: 'The list',
    everybodyOnly: 'As everybody gets it',
    both: 'in both',
    record: 'Where your choices stood before you made them',
    recordNote: {
      one: '{count} choice was ranked before anything was learned from it, among {of} products: place 1 is the top.',
      other:
        'Each of {count} choices was ranked before anything was learned from it, among {of} products: place 1 is the top.',
    },
    counted: 'Against popularity, {better} were nearer to the top of your list and {worse} farther from it.',
    columns: {
      by: 'Ranked by',
      mean: 'Mean place (geometric)',
      factor: 'Your list is nearer by a factor of (95 % interval)',
    },
    rankings: { own: 'your list', popularity: 'popularity', content: 'similarity to your choices' },
    chart: 'Mean place of the last 20 choices',
    chartNote: 'The higher the line, the nearer to the top.',
    axis: 'place',
    clicks: 'Clicks per list',
    clicksNote: 'Of the products that were seen in each list on this device, how many were clicked.',
    clicked: 'were clicked',
    interval: 'where the true share may lie (95 % interval)',
    clicksOf: '{clicks} of {impressions}',
    tooFew: 'too few to say',
    notSeen: 'No list was seen yet.',
    elsewhere: 'Elsewhere',
  },
  facts: {
    heading: 'What it uses on this device',
    latency: 'Lists: the time from the page’s request to the answer, for {count} lists requested just now.',
    measuring: 'measuring',
    technical: 'Technical figures',
    unknown: 'the browser does not say',
    notYet: 'none yet',
    on: 'on',
    off: 'off',
    atMost: 'at most {value}',
    inMemory: '{size}, in memory',
    onDevice: '{size}, on this device',
    events: '{count} events, {size}',
    files: '{count} files, {size}',
    consents: {
      pending: 'not asked yet',
      granted: 'kept on this device',
      denied: 'declined',
    },
    /** What the encoders and the learner compute on. */
    backend: 'Encoders: {encoders}. Learner: {learner}.',
    noEncoder: 'not needed yet',
    names: {
      consent: 'Consent',
      learning: 'Learning',
      'list-median': 'A list, median',
      'list-95': 'A list, 95 of 100',
      'list-longest': 'A list, longest',
      profile: 'Profile',
      stored: 'Stored by this site',
      products: 'Products',
      events: 'Events',
      'last-update': 'Last update',
      features: 'Features in memory',
      heap: 'Worker’s heap',
      log: 'Log',
      loaded: 'Loaded by the worker',
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
export type KeptState = Exclude<InspectedExpert['state'], 'candidate' | 'removed'>;
