import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BundleSink, type Item, type WriteBundleOptions, writeBundle } from '../src/core/catalog';
import type { BundleContent } from '../src/core/catalog/bundle/write-bundle';
import type { LoggedEvent } from '../src/core/events';
import type { EngineOptions } from '../src/device/protocol';
import { DeviceStore } from '../src/device/store/device-store';
import { encodersOf } from '../src/device/worker/catalog/catalog';
import { type Engine, startEngine } from '../src/device/worker/engine';
import { bundleContent, makeItem, memoryBundle } from './bundles';

/** Items of the shop, the most popular first. */
export const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** A click on the fourth place of a list. */
export const CLICK = { recommendationId: 'r1', placement: 'similar', position: 3 };

/** A shop on a local server. */
export interface ServedShop {
  /** A page of the shop, with consent. */
  open(given?: Partial<EngineOptions>): Promise<Engine>;
  /** Codes of the errors reported since the last page was opened. */
  codes: string[];
  /** Address of its bundle. */
  bundle: string;
  /** Names of the files requested so far. */
  asked: string[];
  /** The files of its bundle, by name. */
  files: Map<string, Uint8Array>;
  /** Adds a file. */
  sink: BundleSink;
  /** Identifies the encoders of its bundle. */
  encoders: string;
  /**
   * Keeps every request for a file with this prefix waiting.
   * @returns answers them; with `fails`, it answers these and later ones with status 503, until it is called without `fails`
   */
  hold(prefix: string): (fails?: boolean) => void;
  close(): Promise<unknown>;
}

/** @param items default: the six of `IDS` */
export async function serveShop(
  items: Item[] = IDS.map((id, n) => makeItem(id, { popularity: 100 - n })),
): Promise<ServedShop> {
  return serveContent(await bundleContent(items));
}

/** The same for a whole catalogue. */
export async function serveContent(content: BundleContent, options: WriteBundleOptions = {}): Promise<ServedShop> {
  const memory = memoryBundle();
  const manifest = await writeBundle(content, memory.sink, options);
  const asked: string[] = [];
  const holds = new Map<string, Promise<boolean>>();
  const server = createServer(async ({ url = '' }, response) => {
    asked.push(url.slice(1));
    const held = [...holds].find(([prefix]) => url.startsWith(`/${prefix}`));
    const fails = held && (await held[1]);
    const bytes = memory.files.get(url.slice(1));
    response.writeHead(fails ? 503 : bytes ? 200 : 404).end(fails ? '' : bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const defaults = { bundle: `http://127.0.0.1:${port}`, namespace: 'test', learning: true };
  const codes: string[] = [];
  return {
    codes,
    asked,
    files: memory.files,
    sink: memory.sink,
    bundle: defaults.bundle,
    encoders: encodersOf(manifest),
    close: () => new Promise((resolve) => server.close(resolve)),
    hold(prefix) {
      let answer: (fails: boolean) => void = () => undefined;
      holds.set(
        prefix,
        new Promise((resolve) => {
          answer = resolve;
        }),
      );
      return (fails = false) => {
        if (!fails) holds.delete(prefix);
        answer(fails);
      };
    },
    open(given = {}) {
      codes.length = 0;
      return startEngine(
        { ...defaults, consent: 'granted', ...given },
        { change: () => undefined, progress: () => undefined, error: ({ code }) => codes.push(code) },
      );
    },
  };
}

/** The log on the device. */
export async function log(): Promise<LoggedEvent[]> {
  const store = await DeviceStore.open('test');
  const events = await store.eventsAfter(0);
  store.close();
  return events;
}

/** The last event of the log on the device. */
export const last = async (): Promise<LoggedEvent | undefined> => (await log()).at(-1);
