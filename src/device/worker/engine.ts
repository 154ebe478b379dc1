import * as Comlink from 'comlink';
import * as v from 'valibot';
import { storedTime } from '../../core/events';
import { matrixBackend } from '../../core/kernel';
import { SidestreamError } from '../../error';
import {
  callSchema,
  consentSchema,
  type EngineListener,
  type EngineOptions,
  type InspectionAnswers,
  type Kept,
  optionsSchema,
  parsed,
  type Refusal,
  type RemoteListener,
  recommendSchema,
  type Status,
} from '../protocol';
import { type Call, type Objects, takes } from './call';
import { Device, unknownSnapshot } from './device/device';
import { answer, erasedElsewhere, forget, grantedElsewhere } from './shopper/consent';
import { learn, track } from './shopper/track';
import { start } from './start';

/** Quiet time before another tab's profile is read, ms. */
const REFRESH_DELAY = 100;

const timeSchema = v.optional(storedTime);

/** A call whose code is loaded with the first one. */
const late =
  <Needs, Answer>(load: () => Promise<(needs: Needs, ...given: unknown[]) => Promise<Answer>>) =>
  async (needs: Needs, ...given: unknown[]): Promise<Answer> =>
    (await load())(needs, ...given);

/** A call for a list. Notes how long the first one took. */
const timed =
  <Needs, List>(make: (needs: Needs, ...given: unknown[]) => Promise<List>) =>
  async (needs: Needs & Pick<Call, 'operation'>, ...given: unknown[]): Promise<List> => {
    const asked = performance.now();
    const list = await make(needs, ...given);
    needs.operation.listed(asked);
    return list;
  };

/**
 * The calls that the page may make, by name: the schemas of the arguments, and the code. A call whose code is loaded with the first one
 * has its schemas there.
 */
export const CALLS = {
  recommend: timed(
    takes('recommend()', [v.optional(recommendSchema, {}), callSchema], ({ lists }: Pick<Call, 'lists'>, request) =>
      lists.recommend(request),
    ),
  ),
  rerank: timed(late(async () => (await import('./lists/rerank')).rerank)),
  recommendRows: timed(late(async () => (await import('./lists/recommend-rows')).recommendRows)),
  recommendSegments: late(async () => (await import('./lists/recommend-rows')).recommendSegments),
  find: late(async () => (await import('./lists/find')).find),
  explain: late(async () => (await import('./lists/explain')).explain),
  products: late(async () => (await import('./lists/products')).products),
  browse: late(async () => (await import('./lists/browse')).browse),
  categories: late(async () => (await import('./lists/browse')).categories),
  getItem: takes(
    'catalog.get()',
    [
      ['id', v.string()],
      ['lang', v.optional(v.string())],
    ],
    async ({ catalog, rest, shards }: Pick<Call, 'catalog' | 'rest' | 'shards'>, id, lang) => {
      if (!catalog.find(id)) await rest.waitFor(true);
      const item = catalog.find(id) ?? (await shards?.find(id)) ?? null;
      return item && (await catalog.shown(lang))(item);
    },
  ),
  inspect: late(async () => (await import('./lists/inspect')).inspect),
  setHints: async ({ lists, era }: Pick<Call, 'lists' | 'era'>, hints: unknown) =>
    (await lists.hints()).set(hints, era),

  /** @param time of the event, milliseconds since the epoch; default: now */
  async track(call: Call, type: unknown, itemId: unknown, details: unknown = {}, time?: unknown) {
    const [rejected] = await track(call, [{ type, itemId, details }], parsed(timeSchema, time, 'track()', 'time'));
    if (rejected) throw SidestreamError.deserialize(rejected);
  },
  trackAll: takes('trackAll()', [['events', v.array(v.unknown())]], (call: Call, events) => track(call, events)),
  consent: takes('profile.consent()', [consentSchema], (call: Call, level) => answer(call, level)),
  forget: (call: Call) => forget(call),
  async reset({ shopper, lists, changes, era }: Pick<Call, 'shopper' | 'lists' | 'changes' | 'era'>) {
    await shopper.reset(era);
    await lists.begin();
    changes.announce();
  },
  snapshots: async ({ device }: Pick<Call, 'device'>) => device.using((store) => store.snapshots()),
  rollback: takes(
    'profile.rollback()',
    [['id', v.pipe(v.number(), v.safeInteger())]],
    ({ device, shopper, era }: Pick<Call, 'device' | 'shopper' | 'era'>, id): Promise<void> =>
      shopper.reload(async () => {
        if (!(await device.change(era, (store) => store.rollback(id)))) throw unknownSnapshot(id);
      }),
  ),
  exportProfile: late(async () => (await import('./shopper/transfer')).exportProfile),
  importProfile: late(async () => (await import('./shopper/transfer')).importProfile),
  metrics: async ({ shopper }: Pick<Call, 'shopper'>) =>
    (await shopper.log.aggregates()).metrics(shopper.experiment.label()),
  takeMetrics: late(async () => (await import('./shopper/take-metrics')).takeMetrics),
  async status(call: Call) {
    await call.rest.waitFor();
    return statusOf(call);
  },

  updateOffers: late(async () => (await import('./catalog/offers-and-rules')).updateOffers),
  queryEncoder: late(async () => (await import('./loading/added-items')).queryEncoder),
  encoderFiles: late(async () => (await import('./loading/added-items')).encoderFiles),
  insertItem: late(async () => (await import('./loading/added-items')).insertItem),
  /** The ids whose items are in memory. For measurements. */
  loaded: takes('loaded()', [v.array(v.string())], ({ catalog }: Pick<Call, 'catalog'>, ids) =>
    ids.filter((id) => catalog.find(id)),
  ),

  join: late(async () => (await import('./fresh-options')).join),
  /** Saves unsaved data immediately: the page is hidden and may never be shown again. */
  save: async ({ shopper }: Pick<Call, 'shopper'>) => shopper.hurry(),
  async settled({ rest, tasks, shopper }: Pick<Call, 'rest' | 'tasks' | 'shopper'>) {
    await rest.load();
    await tasks.settled();
    await shopper.turns.settled();
  },
  async close(call: Call) {
    call.rest.close();
    await CALLS.settled(call);
    call.device.close();
  },
  /** Closes it and returns the data in memory only, for the worker that replaces this one. */
  async handOver(call: Call): Promise<Kept> {
    const kept = await (await import('./shopper/hand-over')).keptOf(call);
    await CALLS.close(call);
    return kept;
  },
} satisfies Record<string, (call: Call, ...given: unknown[]) => Promise<unknown>>;

/** The recommender in its worker, as the page calls it. */
export type Engine = {
  [Name in keyof typeof CALLS]: Name extends 'inspect'
    ? <Question extends keyof InspectionAnswers>(
        question: Question,
        about?: unknown,
      ) => Promise<InspectionAnswers[Question]>
    : (...given: unknown[]) => ReturnType<(typeof CALLS)[Name]>;
};

/**
 * Loads the bundle and, with consent, the profile.
 * @param device receives the shopper's answers while the bundle is loaded; closed if the start fails
 * @param kept from `handOver()` of the previous worker
 * @throws SidestreamError `bundle/*`, `runtime/invalid-input`
 */
export async function startEngine(
  options: EngineOptions,
  listener: EngineListener,
  device = new Device(options),
  kept: Kept | null = null,
): Promise<Engine> {
  try {
    const { objects, joinLiveFiles } = await start(options, listener, device);
    const { reports, shopper, lists, shards, tasks, changes, operation } = objects;
    const reportStatus = (): void => void statusOf(objects).then(listener.change, reports.error);
    changes.subscribe(reportStatus);
    device.listener = {
      onError: reports.error,
      onEvents: () => learn(objects),
      onProfile: () => {
        shopper.log.restart();
        tasks.later('refresh', REFRESH_DELAY, () => shopper.reload());
      },
      // The tab that led before may have ended before it learned, or saved, the last events.
      onLead: () => tasks.queue(() => shopper.reload()),
      onErased: () => tasks.beside(() => erasedElsewhere(objects)),
      onGranted: () => tasks.beside(() => grantedElsewhere(objects)),
      onTakenOver: () => tasks.beside(() => shopper.rebase()),
    };
    try {
      await device.answering.run(() => device.open());
      await shopper.experiment.draw(device.store);
      await shopper.restore();
    } catch (thrown) {
      // If the store cannot be read, recommendations continue in memory.
      reports.error(thrown);
    }
    await lists.begin();
    await joinLiveFiles();
    // After the offers: no list may have old prices.
    await shards?.start();
    operation.started();
    // Withdrawn meanwhile: also drop the previously kept data. After a failure, recommendations continue without them.
    if (kept && device.era === 0) {
      await import('./shopper/hand-over').then(({ takeOver }) => takeOver(kept, objects)).catch(reports.error);
    }
    const calls: Record<string, (call: Call, ...given: unknown[]) => Promise<unknown>> = CALLS;
    const methods = Object.keys(CALLS).map((name) => [
      name,
      (...given: unknown[]) => calls[name]({ ...objects, era: device.era }, ...given),
    ]);
    return Object.fromEntries(methods) as Engine;
  } catch (thrown) {
    device.close();
    throw thrown;
  }
}

/** The current state, without waiting: news of consent must not wait for the network. */
async function statusOf({
  device,
  shopper,
  catalog,
  operation,
}: Pick<Objects, 'device' | 'shopper' | 'catalog' | 'operation'>): Promise<Status> {
  for (;;) {
    // Erased while the learner was busy: report neither its state nor an answer that is not known yet.
    await device.known();
    const { era } = device;
    const read = await shopper.turns.run(({ learner }) => learner.status);
    if (era !== device.era) continue;
    return {
      consent: device.consent,
      learning: shopper.experiment.learns(),
      leading: device.tabs.leading,
      items: catalog.count,
      ...read,
      backend: { encoders: operation.encoder, learner: matrixBackend(), runs: [...operation.runs] },
    };
  }
}

/** The object that the worker exposes first. */
export type RecommenderHost = ReturnType<typeof recommenderHost>;

/** The first object that a worker exposes: it starts the worker's one recommender, and carries out a refusal before that has started. */
export function recommenderHost() {
  let device: Device | null = null;
  let running: Engine | null = null;
  return {
    /**
     * Loads the bundle and, with consent, the profile.
     * @param given `GivenOptions`
     * @param page state of the page at the start
     * @param kept from `handOver()` of the previous worker
     * @param manifest null: the worker fetches it
     * @throws SidestreamError `runtime/invalid-input`, `bundle/*`
     */
    async start(
      given: unknown,
      page: Pick<EngineOptions, 'restarted' | 'withdrawn' | 'lang' | 'offers'>,
      kept: Kept | null,
      listener: RemoteListener,
      manifest: EngineOptions['manifest'] = null,
    ) {
      const options = { ...parsed(optionsSchema, given, 'createRecommender()'), ...page, manifest };
      device = new Device(options);
      const reports: EngineListener = {
        change: (status) => listener('change', status),
        progress: (progress) => listener('progress', progress),
        error: (error) => listener('error', error.serialize()),
      };
      running = await startEngine(options, reports, device, kept);
      return Comlink.proxy(running);
    },
    /** The shopper withdrew consent while the recommender starts: it stores nothing from now on. The page deletes stored data. */
    async refuse(level: Refusal) {
      if (running) await running.consent(level);
      else device?.refuse(level);
    },
  };
}
