import type { Counted, Text } from '../../../../core/labels';
import type { Consent, InspectedExpert, JournalKind } from '../../../../device/protocol';

/** The state of an expert that is in the profile. */
export type PresentState = Exclude<InspectedExpert['state'], 'removed'>;

/** As `Counted`, with words instead of the number one. */
interface OneOrCounted<Placeholder extends string> {
  one: string;
  other: Text<Placeholder>;
}

/** One view: its question, and the same in one short word for a narrow inspector. */
interface Tab {
  question: string;
  short: string;
}

/** A button that asks before it acts. */
interface Asked {
  /** The button. */
  button: string;
  /** The question before the action. */
  ask: string;
  /** The button that confirms it. */
  yes: string;
  /** Shown and read after the action. */
  done: string;
}

/** Texts of the view of the profile. */
interface LearnedTexts {
  /** The first sentence of the view. */
  choices: Counted<'count'>;
  /** After it. `{day}` of the first choice. */
  since: Text<'day'>;
  /** After it. `{categories}` of the last `{count}` choices with their shares. */
  lately: { one: Text<'categories'>; other: Text<'count' | 'categories'> };
  /** Where it happened. */
  here: string;
  /** Heading over the past choices that put products into the list. */
  products: string;
  productsNote: string;
  /** Heading over the categories of the last choices. */
  categories: string;
  /** Key of the bars: the last `{count}` choices. */
  ownShare: OneOrCounted<'count'>;
  /** Key of the marks on the bars. */
  usualShare: string;
  /** Read by screen readers after the share of a category. */
  usually: Text<'share'>;
  /** Heading over the experts. */
  experts: string;
  expertsNote: string;
  /** Title of the chart of their weights. */
  weights: string;
  /** Name of the expert that learns every choice. */
  everything: string;
  /** The same with the `{category}` of its last choices. */
  everythingLately: Text<'category'>;
  /** Name of an expert whose choices have no category. */
  unnamed: string;
  /** Tells two experts of the same name apart. */
  numbered: Text<'name' | 'id'>;
  /** Key of the experts that were dropped. */
  dropped: string;
  /** Badge of an expert. */
  states: Record<PresentState, string>;
  /** The same in the terms of the field, as a sentence with its `{id}`. */
  terms: Record<PresentState, Text<'id'>>;
  /** Since when an expert is there. */
  from: Text<'day'>;
  learned: Counted<'count'>;
  /** Its weight. `{share}` is in bold. */
  say: Text<'share'>;
  /** Over the pictures of what an expert learned from last. */
  last: string;
  nothingOwn: string;
  /** Why no expert was kept, before the first trial. */
  noTrial: string;
  /** Why no expert was kept, if some are on trial. */
  noneKept: string;
  /** Title of the card of the candidates. */
  trials: string;
  /** What they need. `{count}` of choices, `{share}` of the posterior. */
  trialNeeds: Counted<'count' | 'share'>;
  /** What one of them still needs. `{share}` of its posterior now, `{needed}` to be kept. */
  trialShare: Text<'share' | 'needed'>;
  trialChoices: Counted<'count'>;
  trialEnds: Counted<'count'>;
  /** Closed figures at the end of the view. */
  scoreWeights: string;
  scoreWeightsNote: string;
  noWeights: string;
}

/** Texts of the timeline. */
interface TimelineTexts {
  soFar: Counted<'count'>;
  noTaste: string;
  tastes: Counted<'count'>;
  leftOut: Counted<'count'>;
  chart: string;
  chartNote: string;
  /** Lane of the chart. */
  choices: string;
  list: string;
  listNote: string;
  /** After it, as long as nothing can be opened. */
  firstState: string;
  showChoices: string;
  showAll: Text<'count'>;
  lost: Text<'number'>;
  /** Columns of the figures. */
  columns: { what: string; after: string; when: string };
  chose: Text<'title'>;
  /** Instead of it if the shop no longer has the product. */
  gone: string;
  /** A run of choices. */
  run: Text<'count'>;
  runMostly: Text<'count' | 'category'>;
  choiceNumber: Text<'number' | 'moment'>;
  choiceNumbers: Text<'first' | 'last' | 'moment'>;
  afterChoice: Text<'number' | 'moment'>;
  ranked: Text<'own' | 'popularity'>;
  each: string;
  events: Record<JournalKind, string>;
  /** The same in the terms of the field. */
  terms: Record<JournalKind, string>;
  ofExpert: Text<'term' | 'id'>;
  /** A snapshot whose window is not in the journal. */
  kept: string;
  keptBadge: Text<'number'>;
  comparing: string;
  stays: string;
  change: Text<'left' | 'added' | 'moved'>;
  nothingSince: string;
  wouldLose: OneOrCounted<'count'>;
  goBack: Text<'number'>;
  wentBack: Text<'number'>;
  /** Which state is compared. */
  which: {
    here: Text<'number' | 'moment'>;
    before: Text<'number' | 'moment'>;
    nearest: Counted<'number' | 'moment' | 'count'>;
  };
  places: { leaves: string; enters: string; stays: string; up: Text<'count'>; down: Text<'count'> };
}

/** Texts of the explanation of one product. */
interface WhyTexts {
  choose: string;
  absent: Text<'title'>;
  place: Text<'title' | 'place' | 'of'>;
  same: string;
  most: Text<'parts'>;
  without: Text<'place'>;
  chart: string;
  chartNote: string;
  columns: { part: string; brings: string; without: string };
  score: string;
  /** A place that a part does not change. */
  still: Text<'place'>;
  behind: string;
  behindNote: Text<'title'>;
  withoutIt: Text<'place'>;
  adds: Text<'score'>;
}

/** Texts of the view that compares. */
interface HelpsTexts {
  /** The first sentence. `{own}` and `{popularity}` are places. */
  stood: Text<'own' | 'popularity'>;
  nothing: string;
  tooEarly: Counted<'count'>;
  repeats: string;
  lists: string;
  same: string;
  because: Text<'count' | 'of'>;
  own: string;
  everybody: string;
  list: string;
  everybodyOnly: string;
  both: string;
  record: string;
  recordNote: Counted<'count' | 'of'>;
  counted: Text<'better' | 'worse'>;
  content: { better: string; worse: string; unclear: string };
  /** Columns of the table, and of the figures. */
  columns: { by: string; mean: string; factor: string; choice: string };
  rankings: { own: string; popularity: string; content: string };
  chart: string;
  chartNote: string;
  /** Axis of places. */
  axis: string;
  clicks: string;
  clicksNote: string;
  clicked: string;
  interval: string;
  clicksOf: Text<'clicks' | 'impressions'>;
  tooFew: string;
  notSeen: string;
  elsewhere: string;
}

/** Names and values of the operating figures. */
interface FactTexts {
  heading: string;
  latency: Text<'count'>;
  measuring: string;
  technical: string;
  unknown: string;
  notYet: string;
  on: string;
  off: string;
  atMost: Text<'value'>;
  inMemory: Text<'size'>;
  onDevice: Text<'size'>;
  events: Text<'count' | 'size'>;
  files: Text<'count' | 'size'>;
  consents: Record<Consent, string>;
  /** One line: what the encoders and the learner compute on. */
  backend: Text<'encoders' | 'learner'>;
  noEncoder: string;
  names: Record<FactName, string>;
}

export type FactName =
  | 'consent'
  | 'learning'
  | 'list-median'
  | 'list-95'
  | 'list-longest'
  | 'profile'
  | 'stored'
  | 'products'
  | 'events'
  | 'last-update'
  | 'text-encoder'
  | 'image-encoder'
  | 'features'
  | 'heap'
  | 'log'
  | 'loaded'
  | 'windows'
  | 'rejected';

/** Texts of export, import and deletion. */
interface ControlTexts {
  heading: string;
  note: string;
  passphrase: string;
  export: string;
  exported: string;
  reset: Asked;
  forget: Asked;
  import: Asked;
  cancel: string;
  merge: string;
  /** The results of a merge. */
  merged: string;
  incomplete: string;
  nothingNew: string;
}

/** All texts of the inspector in one language. */
export interface InspectorTexts {
  /** Read by screen readers: name of the row of views. */
  views: string;
  tabs: { learned: Tab; timeline: Tab; why: Tab; helps: Tab };
  waiting: string;
  moment: string;
  /** Before the message of an error, which is in English. */
  failed: string;
  denied: string;
  off: string;
  nothing: string;
  /** Closed figures of a chart, and their name for screen readers. */
  figures: string;
  figuresOf: Text<'title'>;
  chartFailed: string;
  today: Text<'time'>;
  /** A sentence of a few words, with its stop. */
  sentence: Text<'words'>;
  /** A place in a list, by the ordinal forms of the language: `2nd`. */
  place: { other: Text<'place'> } & Partial<Record<Intl.LDMLPluralRule, Text<'place'>>>;
  /** An axis of choices, with an arrow in the reading direction. */
  choiceAxis: string;
  choice: string;
  /** Headings of the lists, by placement. */
  placements: Record<'for-you' | 'similar' | 'complement' | 'trending' | 'recent' | 'again', string>;
  /** Names of the score's parts. */
  parts: Record<string, string>;
  /** The part of an expert for one kind of product. */
  taste: Text<'name'>;
  /** The part of all candidates together. */
  onTrial: string;
  learned: LearnedTexts;
  timeline: TimelineTexts;
  why: WhyTexts;
  helps: HelpsTexts;
  facts: FactTexts;
  controls: ControlTexts;
}
