import { fetchFrom, freshFrom, openHead } from '../../core/catalog';
import { SidestreamError } from '../../error';
import type { EngineListener, EngineOptions } from '../protocol';
import { loadReasons } from '../ranking';
import type { Objects } from './call';
import { Catalog } from './catalog/catalog';
import type { JoinLiveFiles } from './catalog/offers-and-rules';
import { indexesOf, StartedFiles, startFirstList } from './catalog/started-files';
import type { Device } from './device/device';
import { preloadDevice } from './device/opening';
import { Lists } from './lists/lists';
import { RestLoader } from './loading/rest-loader';
import { Operation } from './operation';
import { EventLog } from './shopper/event-log';
import { ExperimentAssignment, loadExperiment } from './shopper/experiment';
import { Shopper } from './shopper/shopper';
import { Turns } from './shopper/turns';
import { ListChanges, TaskQueue } from './tasks';

/**
 * Loads a bundle, and makes the objects of a recommender, each from those before it: the catalogue, the shopper and the lists, on the
 * given device.
 * @throws SidestreamError `bundle/*`, `runtime/invalid-input`
 */
export async function start(options: EngineOptions, listener: EngineListener, device: Device) {
  const reports: Objects['reports'] = {
    progress: (progress) => listener.progress(progress),
    error(thrown) {
      const error = SidestreamError.from(thrown);
      // A read in the background that the page's own close() ended is no news to the page.
      if (error.code !== 'runtime/closed') listener.error(error);
    },
  };
  const report = reports.error;
  const loading = loadExperiment(options.experiment).then((found) => new ExperimentAssignment(found, options, report));
  let opened: string | undefined;
  let live: Promise<JoinLiveFiles | undefined> | undefined;
  const files = new StartedFiles(fetchFrom(options.bundle), options.manifest);
  // Lists in the language of the page need them; a list without them reports it.
  loadReasons(options.lang).catch(() => undefined);
  const returning = preloadDevice(options);
  const opening = openHead(files.over(), (loaded, total) => reports.progress({ stage: 'bundle', loaded, total }), {
    onIncomplete: report,
    // Other experiments need not wait for their code before the items are fetched.
    model: async () =>
      JSON.stringify(options.experiment)?.includes('"model"') ? (await loading).wantedModel(device) : undefined,
    onManifest(manifest, model) {
      opened = model;
      startFirstList(manifest, options, files);
      // Requested with the files: each would otherwise wait for the items that need it.
      const code: Promise<unknown>[] = [];
      if (manifest.locales) code.push(import('./catalog/item-texts'));
      if (manifest.variants) code.push(import('../ranking/variants'));
      if (!manifest.shards.whole) code.push(import('./loading/shard-loader'));
      // Its user requests it again, and reports a failure.
      for (const one of code) one.catch(() => undefined);
      void returning.then((known) => known && files.start(indexesOf(manifest)));
      if (!(manifest.offers || manifest.rules || options.market || options.offers?.size)) return;
      // Fetched in parallel with the items: the first list should have the right prices, and follow the rules.
      live ??= import('./catalog/offers-and-rules').then(
        ({ openLiveFiles }) => openLiveFiles(manifest, options, report, files.over(freshFrom(options.bundle))),
        report,
      );
    },
  });
  const [experiment, bundle] = await Promise.all([loading, opening]);
  experiment.opened(opened);
  const { manifest } = bundle;
  const parts = manifest.shards.whole ? null : await import('./loading/shard-loader');
  // Items that arrive later may have variants.
  const variants = manifest.variants ? await import('../ranking/variants') : null;
  const catalog = new Catalog(bundle, variants?.productVariants);
  if (manifest.locales) {
    catalog.texts = new (await import('./catalog/item-texts')).ItemTexts(bundle, options.lang, report);
  }
  const [tasks, changes] = [new TaskQueue(report), new ListChanges()];
  const turns = new Turns(catalog, device);
  const shards = parts && new parts.ShardLoader(catalog, turns, tasks, changes, report);
  const log = new EventLog(device, tasks, report);
  const shopper = new Shopper({ device, catalog, shards, turns, log, experiment, tasks, changes });
  const rest = new RestLoader(bundle.shards, shopper, tasks, reports);
  const lists = new Lists({ options, device, catalog, shopper, rest, shards, changes, report });
  // A list for this shopper depends on them.
  void returning.then((known) => (known ? rest.load() : undefined));
  const operation = new Operation();
  const objects = { options, reports, device, catalog, shopper, rest, shards, lists, tasks, changes, operation };
  return { objects, joinLiveFiles: async (): Promise<void> => (await live)?.(catalog, changes) };
}
