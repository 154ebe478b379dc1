import { IDBFactory } from 'fake-indexeddb';
import { vi } from 'vitest';
import { ThreadWorker } from './thread-worker';

/** The storage of a tab: its methods and its content, whose keys are properties in a real one. */
export interface TabContent {
  readonly content: ReadonlyMap<string, string>;
  readonly methods: object;
}

/**
 * A page for the client, because Node has none: an empty IndexedDB, workers in this thread, a document and a window. The test undoes
 * it with `vi.unstubAllGlobals()`.
 * @param baseURI address of the page
 * @param tab its sessionStorage. Default: none
 * @returns the window
 */
export function stubPage(baseURI: string, tab?: TabContent): EventTarget {
  globalThis.indexedDB = new IDBFactory();
  ThreadWorker.all = [];
  vi.stubGlobal('Worker', ThreadWorker);
  const document = { visibilityState: 'visible', baseURI, documentElement: { lang: '' } };
  vi.stubGlobal('document', Object.assign(new EventTarget(), document));
  const page = new EventTarget();
  vi.stubGlobal('window', page);
  if (tab) {
    const ownKeys = (): string[] => [...tab.content.keys()];
    const getOwnPropertyDescriptor = () => ({ configurable: true, enumerable: true });
    vi.stubGlobal('sessionStorage', new Proxy(Object.create(tab.methods), { ownKeys, getOwnPropertyDescriptor }));
  }
  return page;
}
