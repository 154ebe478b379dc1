import type { Consent, Recommender, RecommenderProfile, RecommenderStatus } from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { erase } from '../erasure';

const NOTE = 'recommendations';

/** Content of a note. `forget`: the shopper withdrew the answer, and the deletion is not carried out yet. */
type Noted = 'granted' | 'denied' | 'forget';

/**
 * Reads the shopper's answer from an earlier page, for the option `consent` of `createRecommender`. Returns `pending` if the
 * answer was withdrawn on a page that was left before the deletion had finished: nothing on the device is read until the deletion
 * is done.
 * @param key localStorage key of the note. Default `recommendations`
 * @returns undefined without a note, on a server, and if the browser forbids localStorage
 */
export function notedConsent(key: string = NOTE): 'granted' | 'denied' | 'pending' | undefined {
  const noted = readNote(key);
  return noted === 'forget' ? 'pending' : noted;
}

function readNote(key: string): Noted | undefined {
  try {
    const text = localStorage.getItem(key);
    return text === 'granted' || text === 'denied' || text === 'forget' ? text : undefined;
  } catch {
    return undefined;
  }
}

/** If the browser forbids localStorage, the answer lasts as long as the page. */
function writeNote(key: string, noted: Noted): void {
  try {
    localStorage.setItem(key, noted);
  } catch {
    // Full or forbidden: an older note must not count.
    removeNotes([key]);
  }
}

function removeNotes(keys: readonly string[]): void {
  for (const key of keys) {
    try {
      localStorage.removeItem(key);
    } catch {
      // localStorage is forbidden: there is no note.
    }
  }
}

/** The methods of a recommender that the question needs. */
export interface Asker extends Pick<Recommender, 'on'> {
  profile: Pick<RecommenderProfile, 'consent' | 'forget'>;
  status: Pick<RecommenderStatus, 'get'>;
}

/** Options of `askConsent`. */
export interface AskOptions {
  /**
   * The question element, or a selector for it. Its attribute `hidden` is set while an answer exists. A click on an element in it
   * with the attribute `value="granted"` or `value="denied"` is the answer.
   */
  question: Element | string | null;
  /** A button or link "Privacy choices", or a selector for it: it deletes everything and shows the question again. */
  choices?: Element | string | null;
  /** Namespace of the recommender. Default `default`. */
  namespace?: string;
  /** localStorage key of the noted answer. Default `recommendations`. */
  key?: string;
  /** Further localStorage keys that the shop may keep only while the shopper agrees; a refusal removes them too. */
  notes?: readonly string[];
  /** Called once the shopper has withdrawn the answer and everything is deleted. */
  onForget?: () => void;
}

/** A recommender that an answer is for, or a promise of it while it starts. */
export type AskedRecommender = Asker | PromiseLike<Asker>;

interface Asking {
  recommender: AskedRecommender;
  question: Element | null;
  choices: Element | null;
  end: () => void;
}

/** The question of this page, by the key of its note. */
const asking = new Map<string, Asking>();

/**
 * Asks the shopper with the shop's own question, notes the answer, and carries it out. Call it at once, with the promise of the
 * recommender: "no" and "Privacy choices" then delete even before it has started, or if it cannot start, for instance without the
 * bundle. Start the recommender with `consent: notedConsent()`.
 *
 * A page has one question for each `key`: a further call with the same arguments changes nothing, and another one, for instance
 * with the elements of a page whose content was swapped, replaces the earlier one. The caller reports a failed start. On a server
 * it does nothing.
 * @param recommender the recommender, or a promise of it while it starts
 * @returns a function that disconnects; an answer already given is still carried out
 * @throws SidestreamError `runtime/invalid-input` for a wrong option. An element that is not on the page gives an error with the
 *   same code to `reportError()`, which shows it in the console, and everything else works
 */
export function askConsent(recommender: AskedRecommender, options: AskOptions): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const { namespace = 'default', key = NOTE, notes = [], onForget } = checked(options);
  const question = elementOf(options.question);
  const choices = elementOf(options.choices);
  const earlier = asking.get(key);
  if (earlier?.recommender === recommender && earlier.question === question && earlier.choices === choices) {
    return earlier.end;
  }
  earlier?.end();
  if (!question) reportMissing('question', options.question);
  if (!choices && options.choices !== undefined) reportMissing('choices', options.choices);

  const ended = new AbortController();
  const { signal } = ended;
  let ready: Asker | null = null;
  /** Answers that are being carried out. */
  let underWay = 0;
  let known: Consent | undefined;
  let erased: Promise<unknown> = Promise.resolve();

  const show = (asks: boolean): void => void (signal.aborted || question?.toggleAttribute('hidden', !asks));
  const follow = ({ consent }: { consent: Consent }): void => {
    // An answer given here is shown already.
    if (underWay > 0) return;
    // Withdrawn in another tab or by another script.
    if (known === 'granted' && consent !== 'granted') {
      removeNotes(notes);
      // A noted refusal stays: it may be the answer behind the deletion, of which this tab knows only that the database is gone.
      if (readNote(key) === 'granted') removeNotes([key]);
    }
    known = consent;
    show(consent === 'pending');
  };
  const look = (asker: Asker | null): void => void asker?.status.get().then(follow, reportError);

  const started = Promise.resolve(recommender).then(
    (asker) => {
      ready = asker;
      return asker;
    },
    () => null,
  );
  const carryOut = async (answer: Noted): Promise<void> => {
    const refusal = answer === 'granted' ? null : answer === 'denied' ? answer : 'pending';
    const eraseNow = async (): Promise<void> => {
      if (!refusal) return;
      const erasing = erase(namespace, refusal);
      erased = erasing;
      await erasing;
    };
    // At once, whether or not the recommender starts.
    const early = ready ? null : eraseNow();
    // Reported below if it counts.
    early?.catch(() => undefined);
    const asker = await started;
    // An earlier answer must not delete data stored from now on.
    await erased.catch(() => undefined);
    if (!asker) {
      // The consent is noted: the next page starts with it.
      await early;
      return;
    }
    try {
      await (answer === 'forget' ? asker.profile.forget() : asker.profile.consent(answer));
    } catch (thrown) {
      if (!refusal) throw thrown;
      await eraseNow();
    }
  };
  const give = async (answer: Noted): Promise<void> => {
    underWay++;
    known = undefined;
    show(answer === 'forget');
    writeNote(key, answer);
    if (answer !== 'granted') removeNotes(notes);
    try {
      await carryOut(answer);
    } finally {
      underWay--;
      if (!signal.aborted) look(ready);
    }
    if (answer !== 'forget') return;
    // The shopper has answered differently meanwhile: that note stays.
    if (readNote(key) === 'forget') removeNotes([key]);
    onForget?.();
  };
  const answer = (given: Noted): void => void give(given).catch(reportError);

  const onClick = ({ target }: Event): void => {
    if (!(target instanceof Element)) return;
    const value = target.closest('[value="granted"], [value="denied"]')?.getAttribute('value');
    if (value === 'granted' || value === 'denied') answer(value);
  };
  question?.addEventListener('click', onClick, { signal });
  choices?.addEventListener('click', () => answer('forget'), { signal });
  // An earlier page was left before the deletion had finished.
  if (readNote(key) === 'forget') answer('forget');

  const listen = (asker: Asker | null): void => {
    if (!asker || signal.aborted) return;
    look(asker);
    signal.addEventListener('abort', asker.on('change', follow));
  };
  started.then(listen).catch(reportError);
  const end = (): void => {
    ended.abort();
    if (asking.get(key)?.end === end) asking.delete(key);
  };
  asking.set(key, { recommender, question, choices, end });
  return end;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
/** A selector, or a result of `querySelector()`. */
const isElement = (value: unknown): boolean => value === null || value instanceof Element || isText(value);

const CHECKS: Record<keyof AskOptions, [(value: unknown) => boolean, string]> = {
  question: [isElement, 'an element or a selector'],
  choices: [isElement, 'an element or a selector'],
  namespace: [isText, 'a name'],
  key: [isText, 'a name'],
  notes: [isTexts, 'a list of names'],
  onForget: [(value) => typeof value === 'function', 'a function'],
};

function checked(options: AskOptions): AskOptions {
  for (const [name, value] of Object.entries(options ?? {})) {
    const [, check] = Object.entries(CHECKS).find(([known]) => known === name) ?? [];
    if (!check) throw invalid(`there is no option "${name}"; the options are ${Object.keys(CHECKS).join(', ')}`);
    if (value !== undefined && !check[0](value)) throw invalid(`${name} must be ${check[1]}, not ${String(value)}`);
  }
  return options;
}

type Given = Element | string | null | undefined;

function elementOf(given: Given): Element | null {
  try {
    return typeof given === 'string' ? document.querySelector(given) : (given ?? null);
  } catch {
    // An invalid selector matches no element.
    return null;
  }
}

/** Does not throw: the rest of the page's script must run on a page without the element. */
function reportMissing(name: string, given: Given): void {
  const what = given ? `${name} "${given}" matches no element of this page` : `${name} is missing`;
  reportError(invalid(`${what}; call askConsent() once the element exists`));
}

const invalid = (text: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `askConsent(): ${text}.`);
