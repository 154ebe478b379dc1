import * as Comlink from 'comlink';
import { carryErrors } from '../../device/protocol';
import { type FolderName, studioFolder } from '../files/opfs';
import { ProgressReporter } from '../progress';
import type { BuildWorker, StudioState } from '../session';
import { encodeCatalog } from './encode-catalog';
import { keepPictures, PictureStore } from './picture-store';
import { catalogReport, keepCatalog, keptCatalog, type ReadCatalog, readCatalog } from './read-catalog';
import { storedState, storeState } from './stored-state';

carryErrors();

/** The encoders' files lie beside the page, one folder above the script of this worker. */
const ENCODERS = new URL('../encoders/', location.href).href;
const FOLDERS: readonly FolderName[] = ['bundle', 'catalog', 'pictures', 'cache', 'log'];

/** The catalogue as read last; null before that. */
let read: ReadCatalog | null = null;
let isPaused = false;

/** The catalogue, from the kept files if this worker has not read it. */
async function currentCatalog(progress: ProgressReporter): Promise<ReadCatalog> {
  read ??= await readCatalog(await keptCatalog(), progress);
  return read;
}

/** Stores a new state. */
async function changed(change: Partial<StudioState>): Promise<StudioState> {
  await storeState({ ...(await storedState()), ...change });
  return storedState();
}

const worker: BuildWorker = {
  state: storedState,
  async readCatalog(files, on) {
    // The previous catalogue stays if this one cannot be read.
    const catalog = await readCatalog(files, new ProgressReporter(on));
    await keepCatalog(files);
    read = catalog;
    await (await studioFolder('bundle')).clear();
    const pictures = (await PictureStore.open()).report(catalog.feed.items);
    const names = files.map(({ path }) => path);
    return changed({ catalog: catalogReport(names, catalog), pictures, bundle: null });
  },
  async addPictures(files, on) {
    const progress = new ProgressReporter(on);
    const refused = await keepPictures(files, progress);
    const { feed } = await currentCatalog(progress);
    return changed({ pictures: (await PictureStore.open()).report(feed.items, refused) });
  },
  async encode(on) {
    isPaused = false;
    const catalog = await currentCatalog(new ProgressReporter((progress) => on({ progress, backend: null })));
    const { report, unreadable } = await encodeCatalog(catalog, ENCODERS, () => isPaused, on);
    const pictures = (await PictureStore.open()).report(catalog.feed.items, unreadable);
    return changed({ bundle: report, pictures });
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
