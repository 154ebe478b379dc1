import * as v from 'valibot';
import type { Recommender, Source } from '../../../../device/protocol';
import { tabOf } from '../../../client';

export interface Entry {
  id: string;
  reason: string;
  source: Source;
  /** Whether the shopper dismissed it since. */
  dismissed?: boolean;
}

const SOURCES = [
  'personal',
  'boughtTogether',
  'content',
  'style',
  'popularity',
  'catalog',
  'pinned',
  'words',
] as const satisfies Source[];

const amount = v.pipe(v.number(), v.finite());
const cursorSchema = v.object({
  /** Id of the first response, to which all events of the feed belong. */
  response: v.string(),
  currency: v.optional(v.string()),
  /** Whether the last page was the end. */
  done: v.boolean(),
  entries: v.array(v.strictTuple([v.string(), v.string(), v.picklist(SOURCES)])),
  /** Index of the first card in view, and its distance from the top of the viewport, px. */
  at: v.pipe(amount, v.integer(), v.minValue(0)),
  top: amount,
  columns: v.pipe(amount, v.integer(), v.minValue(1)),
  /** Mean height of a row, px. */
  height: v.pipe(amount, v.minValue(0)),
});

/** Where a shopper is in a feed. */
export type Cursor = v.InferOutput<typeof cursorSchema>;

/** The part of a feed that a cursor keeps: dismissed products are not shown again, and the place counts without those before it. */
export function keptOf(entries: readonly Entry[], at: number): Pick<Cursor, 'entries' | 'at'> {
  const kept = entries.filter(({ dismissed }) => !dismissed);
  const before = entries.slice(0, at).filter(({ dismissed }) => dismissed).length;
  return { entries: kept.map(({ id, reason, source }) => [id, reason, source]), at: at - before };
}

/** Maximum number of cursors that a tab keeps: each has some 50 kB for 1,000 products. */
const MAX_CURSORS = 5;
/** The common part of the keys of cursors. A key has no space after the namespace, so a refusal deletes it. */
const MARK = '#feed#';

/** Cursors of shoppers who have not agreed to storage: they last as long as the page. */
const inMemory = new Map<string, string>();

/** The cursor of one feed at one place of the tab's history. */
export class StoredCursor {
  readonly #key: string;
  readonly #recommender: Recommender;
  readonly #entry = historyEntry();

  /** @param subject tells the feeds of a page apart */
  constructor(recommender: Recommender, subject: string) {
    this.#recommender = recommender;
    this.#key = `${tabOf(recommender)?.key ?? ''}${MARK}${this.#entry}#${encodeURIComponent(subject)}`;
  }

  /** Whether the page is still at the place in the history where the feed was shown. */
  get present(): boolean {
    return this.#entry === historyEntry();
  }

  /** The cursor that an earlier feed left at this place; null without one, or if it is unusable. */
  read(): Cursor | null {
    if (!this.#entry) return null;
    try {
      const text = inMemory.get(this.#key) ?? sessionStorage.getItem(this.#key);
      return text === null ? null : v.parse(cursorSchema, JSON.parse(text.slice(text.indexOf(' '))));
    } catch {
      // Access is denied, or another version wrote it: the feed starts from the top.
      return null;
    }
  }

  /** Keeps the cursor: in the tab with the shopper's consent, otherwise in memory. @param consented the last known answer */
  write(cursor: Cursor, consented: boolean): void {
    if (!this.#entry) return;
    const text = `${Date.now()} ${JSON.stringify(cursor)}`;
    const tab = tabOf(this.#recommender);
    inMemory.delete(this.#key);
    try {
      if (!tab || !(tab.consent === undefined ? consented : tab.consent === 'granted')) {
        inMemory.set(this.#key, text);
        prune([...inMemory], (key) => inMemory.delete(key));
        return;
      }
      sessionStorage.setItem(this.#key, text);
      const stored = Object.keys(sessionStorage).filter((key) => key.includes(MARK));
      prune(
        stored.map((key) => [key, sessionStorage.getItem(key) ?? '']),
        (key) => sessionStorage.removeItem(key),
      );
    } catch {
      // The tab has no room, or denies access: after a reload the feed starts from the top.
    }
  }

  delete(): void {
    inMemory.delete(this.#key);
    try {
      sessionStorage.removeItem(this.#key);
    } catch {
      // Access is denied: nothing is stored.
    }
  }
}

function prune(cursors: readonly (readonly [key: string, text: string])[], remove: (key: string) => void): void {
  const age = (text: string): number => Number.parseInt(text, 10);
  const newestFirst = [...cursors].sort(([, a], [, b]) => age(b) - age(a));
  for (const [key] of newestFirst.slice(MAX_CURSORS)) remove(key);
}

const navigationSchema = v.object({ currentEntry: v.object({ key: v.string() }) });

/** Key of the present place in the tab's history, which survives a reload; empty in browsers without the Navigation API. */
function historyEntry(): string {
  const navigation: unknown = Reflect.get(globalThis, 'navigation');
  return v.is(navigationSchema, navigation) ? navigation.currentEntry.key : '';
}
