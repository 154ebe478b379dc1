import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Engine } from '../src/device/worker/engine';
import { connectDataLayer, type DataLayerOptions } from '../src/page/adapters/data-layer';
import type { Tracker } from '../src/page/adapters/event-sink';
import type { AdapterReport } from '../src/page/adapters/report';
import { log, type ServedShop, serveShop } from './served-shop';

/** A shop whose data layers are connected to an engine; every test of the file gets a new engine. */
export class ConnectedShop {
  engine!: Engine;
  tracker!: Tracker;
  readonly reports: AdapterReport[] = [];
  #shop!: ServedShop;
  #disconnects: (() => void)[] = [];

  constructor() {
    beforeAll(async () => {
      this.#shop = await serveShop();
    });
    beforeEach(async () => {
      // Node has no IndexedDB: this one follows the specification, in memory.
      globalThis.indexedDB = new IDBFactory();
      this.reports.length = 0;
      this.engine = await this.#shop.open({ learning: false });
      this.tracker = { track: (type, id, details = {}) => this.engine.track(type, id, details) };
    });
    afterEach(async () => {
      vi.restoreAllMocks();
      for (const disconnect of this.#disconnects.splice(0)) disconnect();
      await this.engine.close();
    });
    afterAll(() => this.#shop.close());
  }

  /** Replaces the engine by one that learns. */
  async learn(): Promise<void> {
    await this.engine.close();
    this.engine = await this.#shop.open();
  }

  readonly connect = (layer: unknown[], options: DataLayerOptions = {}, tracker?: Promise<Tracker>): (() => void) => {
    const onReport = (report: AdapterReport): unknown => this.reports.push(report);
    const disconnect = connectDataLayer(tracker ?? this.tracker, { dataLayer: layer, onReport, ...options });
    this.#disconnects.push(disconnect);
    return disconnect;
  };

  /** Waits for a number of reports. */
  readonly reported = (count: number): Promise<void> =>
    vi.waitFor(() => expect(this.reports).toHaveLength(count)).then(() => undefined);

  /** Event, item and reason of each report of a drop. */
  readonly drops = (): unknown[][] =>
    this.reports.flatMap((r) => (r.outcome === 'dropped' ? [[r.event, r.itemId, r.reason]] : []));

  /** The events of the log, without the fields that every event has. */
  readonly logged = async () => (await log()).map(({ id: _, time: _time, variant: _variant, ...event }) => event);
}

export const cart = (id: string, more: object = {}) => ({
  event: 'add_to_cart',
  ecommerce: { currency: 'eur', value: 19.98, items: [{ item_id: id, price: '9.99', quantity: 2, ...more }] },
});
