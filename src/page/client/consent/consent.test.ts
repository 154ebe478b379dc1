import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STATUS } from '../../../../testing/fake-recommender';
import type { Consent, Recommender, Status } from '../../../device/protocol';
import { type Asker, type AskOptions, askConsent, notedConsent } from '.';

/** The part of an element that the question needs, because Node has no documents; a browser test uses real ones. */
class Box extends EventTarget {
  hidden = true;
  constructor(readonly value?: string) {
    super();
  }
  toggleAttribute(_: string, on: boolean): void {
    this.hidden = on;
  }
  closest(): Box | null {
    return this.value ? this : null;
  }
  getAttribute(): string | undefined {
    return this.value;
  }
}

/** A recommender that carries out each answer, and knows about other tabs only from the test. */
class Shop {
  consent: Consent = 'pending';
  readonly asked: string[] = [];
  readonly listeners = new Set<(status: Status) => void>();
  failure: Error | null = null;
  readonly recommender: Asker & object = {
    profile: {
      consent: (level) => this.#carryOut(level, level),
      forget: () => this.#carryOut('forget', 'pending'),
    },
    status: { get: async () => ({ ...STATUS, consent: this.consent }) },
    on: ((_: 'change', listener: (status: Status) => void) => {
      this.listeners.add(listener);
      return () => this.listeners.delete(listener);
    }) as Recommender['on'],
  };
  /** A change by another tab, or by a script that does not know the question. */
  become(consent: Consent): void {
    this.consent = consent;
    for (const listener of this.listeners) listener({ ...STATUS, consent });
  }
  async #carryOut(what: string, level: Consent): Promise<void> {
    this.asked.push(what);
    if (this.failure) throw this.failure;
    this.become(level);
  }
}

let notes: Map<string, string>;
let visit: Map<string, string>;
let question: Box;
let choices: Box;
let shop: Shop;
let errors: unknown[];
const ends: (() => void)[] = [];

const storageOf = (content: Map<string, string>) => ({
  getItem: (key: string) => content.get(key) ?? null,
  setItem: (key: string, value: string) => void content.set(key, value),
  removeItem: (key: string) => void content.delete(key),
});

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  [notes, visit, errors] = [new Map(), new Map(), []];
  [question, choices, shop] = [new Box(), new Box(), new Shop()];
  const kept = storageOf(visit);
  // A real one has its keys as properties.
  const ownKeys = () => [...visit.keys()];
  const getOwnPropertyDescriptor = () => ({ configurable: true, enumerable: true });
  vi.stubGlobal('sessionStorage', new Proxy(Object.create(kept), { ownKeys, getOwnPropertyDescriptor }));
  vi.stubGlobal('localStorage', storageOf(notes));
  const found = (selector: string): Box | null =>
    selector === '#remember' ? question : selector === '#choices' ? choices : null;
  vi.stubGlobal('document', { querySelector: found });
  vi.stubGlobal('Element', Box);
  vi.stubGlobal('reportError', (thrown: unknown) => errors.push(thrown));
  await new Promise<void>((resolve) => {
    const request = indexedDB.open('sidestream/default');
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
  visit.set('sidestream/default http://shop/bundle/', '{}');
  visit.set('sidestream/other http://shop/bundle/', '{}');
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.unstubAllGlobals();
});

function ask(recommender: Parameters<typeof askConsent>[0], options: Partial<AskOptions> = {}): () => void {
  const end = askConsent(recommender, { question: '#remember', choices: '#choices', ...options });
  ends.push(end);
  return end;
}
const click = (what: 'granted' | 'denied' | 'choices'): void => {
  const [box, target] = what === 'choices' ? [choices, choices] : [question, new Box(what)];
  box.dispatchEvent(Object.defineProperty(new Event('click'), 'target', { value: target }));
};
const databases = async (): Promise<unknown[]> => (await indexedDB.databases()).map(({ name }) => name);
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const deleted = async (): Promise<void> => {
  await vi.waitFor(async () => expect(await databases()).toEqual([]));
  expect([...visit.keys()]).toEqual(['sidestream/other http://shop/bundle/']);
};

describe('with a recommender', () => {
  it('asks while there is no answer, notes each, and carries it out', async () => {
    ask(shop.recommender);
    await vi.waitFor(() => expect(question.hidden).toBe(false));
    click('granted');
    expect([question.hidden, notedConsent()]).toEqual([true, 'granted']);
    await pause();
    expect([shop.asked, question.hidden]).toEqual([['granted'], true]);
    click('choices');
    await pause();
    expect([shop.asked.at(-1), question.hidden, notes.size]).toEqual(['forget', false, 0]);
    click('denied');
    await pause();
    expect([shop.consent, question.hidden, notedConsent()]).toEqual(['denied', true, 'denied']);
    expect(errors).toEqual([]);
  });

  it('shows an answer from another tab, which removes the note of a yes and all data kept for it', async () => {
    shop.consent = 'granted';
    notes.set('recommendations', 'granted').set('order', '1');
    ask(shop.recommender, { notes: ['order'] });
    await pause();
    shop.become('pending');
    expect([question.hidden, notes.size]).toEqual([false, 0]);
  });

  it('a noted no stays if another tab sees the database deleted before it hears the answer', async () => {
    shop.consent = 'granted';
    notes.set('recommendations', 'granted');
    ask(shop.recommender);
    await pause();
    // The tab in which the shopper said no notes that first.
    notes.set('recommendations', 'denied');
    shop.become('pending');
    expect(notedConsent()).toBe('denied');
    shop.become('denied');
    expect([question.hidden, notedConsent()]).toEqual([true, 'denied']);
  });

  it('a yes that comes before a withdrawal has ended keeps its note', async () => {
    shop.consent = 'granted';
    notes.set('recommendations', 'granted');
    ask(shop.recommender);
    await pause();
    click('choices');
    click('granted');
    await pause();
    expect([shop.asked, question.hidden, notedConsent()]).toEqual([['forget', 'granted'], true, 'granted']);
  });

  it('a yes that cannot be kept is reported, and asked for again', async () => {
    shop.failure = new Error('full');
    ask(shop.recommender);
    click('granted');
    await vi.waitFor(() => expect(errors).toEqual([shop.failure]));
    await vi.waitFor(() => expect(question.hidden).toBe(false));
  });

  it('a refusal that the recommender cannot carry out deletes by itself', async () => {
    shop.failure = new Error('crashed');
    ask(shop.recommender);
    click('denied');
    await deleted();
    expect(errors).toEqual([]);
  });

  it('a button with a picture in it answers, anything else does not', async () => {
    ask(shop.recommender);
    question.dispatchEvent(new Event('click'));
    question.dispatchEvent(Object.defineProperty(new Event('click'), 'target', { value: new Box('maybe') }));
    await pause();
    expect([shop.asked, notes.size]).toEqual([[], 0]);
  });
});

describe('without a recommender', () => {
  const never = (): Promise<Asker> => new Promise(() => undefined);
  const broken = (): Promise<Asker> => Promise.reject(new Error('bundle/unreachable'));

  it.each([
    ['loads', never],
    ['cannot start', broken],
  ])('"No" deletes at once while it %s', async (_, start) => {
    notes.set('recommendations', 'granted').set('order', '1');
    ask(start(), { notes: ['order'] });
    click('denied');
    expect([question.hidden, [...notes]]).toEqual([true, [['recommendations', 'denied']]]);
    await deleted();
  });

  it.each([
    ['loads', never],
    ['cannot start', broken],
  ])('"Privacy choices" deletes at once while it %s, and the question is there again', async (_, start) => {
    notes.set('recommendations', 'granted').set('order', '1');
    const forgotten = vi.fn();
    ask(start(), { notes: ['order'], onForget: forgotten });
    await pause();
    click('choices');
    expect(question.hidden).toBe(false);
    await deleted();
    expect(notes.has('order')).toBe(false);
    if (start === never) {
      // The recommender may still create a database: the next page deletes it without reading it.
      expect([notedConsent(), forgotten.mock.calls.length]).toEqual(['pending', 0]);
      return;
    }
    await vi.waitFor(() => expect([notes.size, forgotten.mock.calls.length]).toEqual([0, 1]));
    click('granted');
    await pause();
    expect([question.hidden, notedConsent(), errors]).toEqual([true, 'granted', []]);
  });

  it('one that starts later carries all answers out, in their order', async () => {
    let begin: (asker: Asker) => void = () => undefined;
    ask(
      new Promise<Asker>((resolve) => {
        begin = resolve;
      }),
    );
    for (const answer of ['denied', 'choices', 'granted'] as const) click(answer);
    begin(shop.recommender);
    await vi.waitFor(() => expect(shop.asked).toEqual(['denied', 'forget', 'granted']));
    await pause();
    expect([shop.consent, question.hidden, notedConsent()]).toEqual(['granted', true, 'granted']);
  });

  it('a deletion that a page left unfinished is completed by the next page', async () => {
    notes.set('recommendations', 'forget');
    ask(shop.recommender);
    await deleted();
    await vi.waitFor(() => expect([shop.asked, notes.size]).toEqual([['forget'], 0]));
  });
});

describe('on any page', () => {
  it('works if localStorage is forbidden, or full', async () => {
    const refuse = (): never => {
      throw new Error('SecurityError');
    };
    notes.set('recommendations', 'granted');
    vi.stubGlobal('localStorage', { ...storageOf(notes), setItem: refuse });
    ask(shop.recommender);
    click('denied');
    await vi.waitFor(() => expect(shop.asked).toEqual(['denied']));
    // The earlier yes must not count on the next page.
    expect(notes.size).toBe(0);
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
    expect(notedConsent()).toBeUndefined();
    click('choices');
    await vi.waitFor(() => expect(shop.asked).toEqual(['denied', 'forget']));
    expect(errors).toEqual([]);
  });

  it('a script that runs twice connects once, and new elements replace the old ones', async () => {
    const first = ask(shop.recommender);
    expect(ask(shop.recommender)).toBe(first);
    click('granted');
    await pause();
    expect(shop.asked).toEqual(['granted']);
    const old = question;
    [question, choices] = [new Box(), new Box()];
    const second = ask(shop.recommender);
    await pause();
    expect(shop.listeners.size).toBe(1);
    old.dispatchEvent(Object.defineProperty(new Event('click'), 'target', { value: new Box('denied') }));
    click('choices');
    await vi.waitFor(() => expect(shop.asked).toEqual(['granted', 'forget']));
    expect(question.hidden).toBe(false);
    second();
    click('denied');
    await pause();
    expect([shop.asked.length, shop.listeners.size]).toEqual([2, 0]);
  });

  it('an answer is carried out although its elements were swapped meanwhile', async () => {
    let begin: (asker: Asker) => void = () => undefined;
    const starting = new Promise<Asker>((resolve) => {
      begin = resolve;
    });
    ask(starting);
    click('denied');
    question = new Box();
    ask(starting);
    begin(shop.recommender);
    await vi.waitFor(() => expect([shop.asked, question.hidden]).toEqual([['denied'], true]));
  });

  it.each<[string, unknown, string]>([
    ['an unknown option', { question: '#remember', chioces: '#choices' }, 'chioces'],
    ['no namespace', { question: '#remember', namespace: '' }, 'namespace'],
    ['notes that are no list', { question: '#remember', notes: 'order' }, 'notes'],
    ['a wrong key', { question: '#remember', key: '' }, 'key'],
  ])('refuses %s', (_, options, said) => {
    expect(() => askConsent(shop.recommender, options as AskOptions)).toThrow(
      expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining(said) }),
    );
  });

  it.each<[string, Partial<AskOptions>, string[]]>([
    ['a selector of nothing', { question: '#nowhere' }, ['question "#nowhere"']],
    ['no element', { question: null, choices: null }, ['question is missing', 'choices is missing']],
    ['no button', { choices: '#nowhere' }, ['choices "#nowhere"']],
  ])('reports %s without breaking the script, and the rest works', async (_, options, said) => {
    notes.set('recommendations', 'forget');
    ask(shop.recommender, options);
    const messages = said.map((text) => expect.stringContaining(text));
    expect(errors).toEqual(
      messages.map((message) => expect.objectContaining({ code: 'runtime/invalid-input', message })),
    );
    await vi.waitFor(() => expect([shop.asked, notes.size]).toEqual([['forget'], 0]));
    if (options.question === undefined) expect(question.hidden).toBe(false);
  });

  it('on a server it does nothing', () => {
    vi.unstubAllGlobals();
    expect(ask(shop.recommender)()).toBeUndefined();
    expect(notedConsent()).toBeUndefined();
  });
});
