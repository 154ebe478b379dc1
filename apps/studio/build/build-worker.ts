import * as Comlink from 'comlink';
import { carryErrors } from '../../../src/device/protocol';
import { type FolderName, studioFolder } from '../files/opfs';
import { dropCheckpoint } from '../learn/stored';
import { ProgressReporter } from '../progress';
import type { BuildWorker } from '../session';
import { encodeCatalog } from './encode-catalog';
import { keepPictures, PictureStore } from './picture-store';
import {
  catalogReport,
  dropOtherCatalogs,
  keepCatalog,
  keptCatalog,
  type ReadCatalog,
  readCatalog,
} from './read-catalog';
import { buildState, changeState, storedState } from './stored-state';

carryErrors();

/** The encoders' files lie beside the page, one folder above the script of this worker. */
const ENCODERS = new URL('../encoders/', location.href).href;
const FOLDERS: readonly FolderName[] = ['bundle', 'catalog', 'pictures', 'cache', 'log'];

/** The catalogue as read last; null before that. */
let read: ReadCatalog | null = null;
let isPaused = false;

/** The catalogue, from the kept files if this worker has not read it. */
async function currentCatalog(progress: ProgressReporter): Promise<ReadCatalog> {
  const { catalog, catalogFolder } = await buildState();
  read ??= await readCatalog(await keptCatalog(catalogFolder), catalog?.mapping ?? {}, progress);
  return read;
}

const worker: BuildWorker = {
  state: storedState,
  async readCatalog(files, mapping, on) {
    // The previous catalogue stays if this one cannot be read.
    const catalog = await readCatalog(files, mapping, new ProgressReporter(on));
    const catalogFolder = await keepCatalog(files).catch(async (thrown: unknown) => {
      await dropOtherCatalogs((await buildState()).catalogFolder);
      throw thrown;
    });
    const pictures = (await PictureStore.open()).report(catalog.feed.items);
    const report = catalogReport(
      files.map(({ path }) => path),
      catalog,
    );
    const state = await changeState({ catalog: report, catalogFolder, pictures, bundle: null });
    read = catalog;
    await dropOtherCatalogs(catalogFolder);
    await (await studioFolder('bundle')).clear();
    await dropCheckpoint();
    return state;
  },
  async addPictures(files, on) {
    const progress = new ProgressReporter(on);
    const refused = await keepPictures(files, progress);
    await dropCheckpoint();
    const { feed } = await currentCatalog(progress);
    return changeState({ pictures: (await PictureStore.open()).report(feed.items, refused) });
  },
  async encode(on) {
    isPaused = false;
    const catalog = await currentCatalog(new ProgressReporter((progress) => on({ progress, backend: null })));
    const { report, unreadable } = await encodeCatalog(catalog, ENCODERS, () => isPaused, on);
    const pictures = (await PictureStore.open()).report(catalog.feed.items, unreadable);
    return changeState({ bundle: report, pictures });
  },
  async pause() {
    isPaused = true;
  },
  async startOver() {
    for (const name of FOLDERS) await (await studioFolder(name)).clear();
    read = null;
    return storedState();
  },
};

Comlink.expose(worker);
