import type { Consent, Recommender } from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { erase } from '../erasure';
import { NOTE, type Noted, readNote, removeNotes, writeNote } from './note';

/** The calls of a recommender that the question needs. */
export type Asker = Pick<Recommender, 'consent' | 'forget' | 'on' | 'status'>;

/** Options of `askConsent`. */
export interface AskOptions {
  /**
   * The question, or a selector of it. Its attribute `hidden` is set while the shopper has answered. A click on an element in it
   * with the attribute `value="granted"` or `value="denied"` is the answer.
   */
  question: Element | string;
  /** A button or link "Privacy choices", or a selector of it: it deletes everything, and the question is there again. */
  choices?: Element | string;
  /** Namespace of the recommender. Default `default`. */
  namespace?: string;
  /** Name of the note of the answer in localStorage. Default `recommendations`. */
  key?: string;
  /** Further keys of localStorage that the shop may keep only as long as the shopper agrees: removed with a no, too. */
  notes?: readonly string[];
  /** Called when the shopper took the answer back, and everything is deleted. */
  onForget?: () => void;
}

/** A question that is connected. */
interface Asking {
  recommender: unknown;
  question: Element;
  choices: Element | null;
  end: () => void;
}

/** The question of this page, by the key of its note. */
const asking = new Map<string, Asking>();

/**
 * Asks the shopper by a question of the shop's own, notes the answer, and carries it out. Call it at once, with the promise of
 * the recommender: "no" and "Privacy choices" then delete also before it has started, and where it cannot start, as without
 * the bundle. Start the recommender with `consent: notedConsent()`.
 *
 * A page has one question for each `key`: a further call with the same arguments changes nothing, and one with other elements, as
 * after a swap of the page's content, takes the place of the one before. A failed start is the caller's to report. On a server it
 * does nothing.
 * @param recommender or a promise of it while it starts
 * @returns a function that disconnects; what the shopper has answered is still carried out
 * @throws SidestreamError `runtime/invalid-input` for a wrong option, and where an element is not on the page
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
  /** Null until it has started, and where it cannot. */
  let ready: Asker | null = null;
  /** Answers that are being carried out. */
  let underWay = 0;
  let before: Consent | undefined;
  /** The last deletion without a recommender. */
  let erased: Promise<void> = Promise.resolve();

  const show = (asks: boolean): void => void (signal.aborted || question.toggleAttribute('hidden', !asks));
  const follow = ({ consent }: { consent: Consent }): void => {
    // What the shopper says here is shown already.
    if (underWay > 0) return;
    // Taken back in another tab, or by another script.
    if (before === 'granted' && consent !== 'granted') {
      removeNotes(notes);
      // A noted no stays: it may be the answer, of which this tab knows only that the database is gone.
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
    // At once, whatever becomes of the recommender.
    const early = ready ? null : eraseNow();
    const failed = early?.catch((thrown) => ({ thrown }));
    const asker = await started;
    // What is stored from now on must not be deleted by an answer of before.
    await erased.catch(() => undefined);
    if (!asker) {
      const failure = await failed;
      if (failure) throw failure.thrown;
      // A yes is noted: the next page begins with it.
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
    // Answered meanwhile otherwise: that note stays.
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
  // The page was left before the deletion had ended.
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

/** Checks of the options, each with what it must be. */
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
    if (!check) throw invalid(`there is no option "${name}"; there are ${Object.keys(CHECKS).join(', ')}`);
    if (value !== undefined && !check[0](value)) throw invalid(`${name} must be ${check[1]}, not ${String(value)}`);
  }
  return options;
}

function elementOf(name: string, given: Element | string): Element {
  const found = typeof given === 'string' ? document.querySelector(given) : given;
  if (found) return found;
  throw invalid(
    `${name} ${given ? `"${given}" is not on this page` : 'is missing'}; call it when the element is there`,
  );
}

const invalid = (text: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `askConsent(): ${text}.`);
