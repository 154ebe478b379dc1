import type { Consent, Recommender } from '../../../device/protocol';
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
export type Asker = Pick<Recommender, 'consent' | 'forget' | 'on' | 'status'>;

/** Options of `askConsent`. */
export interface AskOptions {
  /**
   * The question element, or a selector for it. Its attribute `hidden` is set while an answer exists. A click on an element in it
   * with the attribute `value="granted"` or `value="denied"` is the answer.
   */
  question: Element | string;
  /** A button or link "Privacy choices", or a selector for it: it deletes everything and shows the question again. */
  choices?: Element | string;
  /** Namespace of the recommender. Default `default`. */
  namespace?: string;
  /** localStorage key of the noted answer. Default `recommendations`. */
  key?: string;
  /** Further localStorage keys that the shop may keep only while the shopper agrees; a refusal removes them too. */
  notes?: readonly string[];
  /** Called once the shopper has withdrawn the answer and everything is deleted. */
  onForget?: () => void;
}

interface Asking {
  recommender: unknown;
  question: Element;
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
 * A page has one question for each `key`: a further call with the same arguments changes nothing, and a call with other elements,
 * for instance after the page's content was swapped, replaces the earlier one. The caller reports a failed start. On a server it
 * does nothing.
 * @param recommender the recommender, or a promise of it while it starts
 * @returns a function that disconnects; an answer already given is still carried out
 * @throws SidestreamError `runtime/invalid-input` for a wrong option, and if an element is not on the page
 */
export function askConsent(recommender: Asker | PromiseLike<Asker>, options: AskOptions): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const { namespace = 'default', key = NOTE, notes = [], onForget } = checked(options);
  const question = elementOf('question', options.question);
  const choices = options.choices === undefined ? null : elementOf('choices', options.choices);
  const earlier = asking.get(key);
  if (earlier?.recommender === recommender && earlier.question === question && earlier.choices === choices) {
    return earlier.end;
  }
  earlier?.end();

  const ended = new AbortController();
  const { signal } = ended;
  /** Null until it has started, and if it cannot start. */
  let ready: Asker | null = null;
  /** Answers that are being carried out. */
  let underWay = 0;
  let before: Consent | undefined;
  let erased: Promise<void> = Promise.resolve();

  const show = (asks: boolean): void => void (signal.aborted || question.toggleAttribute('hidden', !asks));
  const follow = ({ consent }: { consent: Consent }): void => {
    // An answer given here is shown already.
    if (underWay > 0) return;
    // Withdrawn in another tab or by another script.
    if (before === 'granted' && consent !== 'granted') {
      removeNotes(notes);
      // A noted refusal stays: it may be the answer behind the deletion, of which this tab knows only that the database is gone.
      if (readNote(key) === 'granted') removeNotes([key]);
    }
    before = consent;
    show(consent === 'pending' || consent === 'session');
  };

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
      erased = erase(namespace, refusal);
      await erased;
    };
    // At once, whether or not the recommender starts.
    const early = ready ? null : eraseNow();
    const failed = early?.catch((thrown) => ({ thrown }));
    const asker = await started;
    // An earlier answer must not delete data stored from now on.
    await erased.catch(() => undefined);
    if (!asker) {
      const failure = await failed;
      if (failure) throw failure.thrown;
      // Note the consent: the next page starts with it.
      return;
    }
    try {
      await (answer === 'forget' ? asker.forget() : asker.consent(answer));
    } catch (thrown) {
      if (!refusal) throw thrown;
      await eraseNow();
    }
  };
  const give = async (answer: Noted): Promise<void> => {
    underWay++;
    show(answer === 'forget');
    writeNote(key, answer);
    if (answer !== 'granted') removeNotes(notes);
    try {
      await carryOut(answer);
    } finally {
      underWay--;
      if (ready && !signal.aborted) ready.status().then(follow, reportError);
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
  question.addEventListener('click', onClick, { signal });
  choices?.addEventListener('click', () => answer('forget'), { signal });
  // An earlier page was left before the deletion had finished.
  if (readNote(key) === 'forget') answer('forget');

  const following = started.then((asker) => {
    if (!asker || signal.aborted) return undefined;
    asker.status().then(follow, reportError);
    return asker.on('change', follow);
  });
  const end = (): void => {
    ended.abort();
    following.then((unfollow) => unfollow?.(), reportError);
    if (asking.get(key)?.end === end) asking.delete(key);
  };
  asking.set(key, { recommender, question, choices, end });
  return end;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isElement = (value: unknown): boolean => value instanceof Element || isText(value);

const CHECKS: Record<keyof AskOptions, [(value: unknown) => boolean, string]> = {
  question: [isElement, 'an element or a selector'],
  choices: [isElement, 'an element or a selector'],
  namespace: [isText, 'a name'],
  key: [isText, 'a name'],
  notes: [(value) => Array.isArray(value) && value.every(isText), 'a list of names'],
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

function elementOf(name: string, given: Element | string): Element {
  const found = typeof given === 'string' ? document.querySelector(given) : given;
  if (found) return found;
  throw invalid(
    `${name} ${given ? `"${given}" is not on this page` : 'is missing'}; call askConsent() once the element exists`,
  );
}

const invalid = (text: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `askConsent(): ${text}.`);
