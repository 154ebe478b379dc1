import {
  type Bundle,
  type ClusterLearned as Data,
  type ItemsPart,
  joinCompanions,
  joinDemand,
  joinSide,
  LEARNED,
  type LearnedPart,
  type SideModel,
} from '../../core/catalog';
import { SidestreamError } from '../../error';
import { type CatalogIndex, ShopDemand } from '../ranking';
import type { EngineListener } from './engine-options';

type Kind = keyof Data;

/** Of one cluster, or of the head. */
interface Loaded {
  count: number;
  data: Partial<Data>;
}

/**
 * What training made for the loaded part of a large catalogue: for its head, and for each loaded cluster, whose files are
 * fetched before its items are added. A file that fails is reported, and fetched again with the next clusters.
 */
export class ClusterLearned {
  readonly #loaded: Map<number | 'head', Loaded>;
  /** Pending files: two lists may need the same cluster at once. */
  readonly #loading = new Map<string, Promise<void>>();
  #head: SideModel | null = null;
  /** Whether files arrived that no index has yet. */
  #changed = false;

  constructor(
    private readonly bundle: Bundle,
    private readonly listener: Pick<EngineListener, 'error'>,
  ) {
    this.#loaded = new Map([['head', { count: bundle.items.length, data: {} }]]);
  }

  get changed(): boolean {
    return this.#changed;
  }

  /**
   * Loads the files of the head and of clusters that are about to be loaded, and files that failed before. Never rejects.
   * @param kinds default: all
   */
  async follow(parts: readonly ItemsPart[], kinds: readonly Kind[] = LEARNED): Promise<void> {
    for (const { cluster, items } of parts) {
      if (cluster !== undefined && !this.#loaded.has(cluster))
        this.#loaded.set(cluster, { count: items.length, data: {} });
    }
    const { manifest } = this.bundle;
    const missing = [...this.#loaded].flatMap(([cluster, { data }]) =>
      kinds.flatMap((kind) => (manifest[kind] && !data[kind] ? [{ cluster, kind }] : [])),
    );
    const failures = new Map<string, SidestreamError>();
    for (const result of await Promise.allSettled(missing.map(({ cluster, kind }) => this.#load(cluster, kind)))) {
      if (result.status === 'fulfilled') continue;
      const error = SidestreamError.from(result.reason);
      failures.set(error.code, error);
    }
    for (const error of failures.values()) this.listener.error(error);
  }

  #load(cluster: number | 'head', kind: Kind): Promise<void> {
    const key = `${kind} ${cluster}`;
    const known = this.#loading.get(key);
    if (known) return known;
    const loading = this.#fetch(cluster, kind).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  async #fetch(cluster: number | 'head', kind: Kind): Promise<void> {
    const found = await this.bundle.learnedOf(kind, cluster, this.#loaded.get(cluster)?.count ?? 0);
    if (cluster === 'head' && kind === 'side') this.#head = await this.bundle.side();
    // It may have been dropped, or dropped and loaded again, meanwhile.
    Object.assign(this.#loaded.get(cluster)?.data ?? {}, { [kind]: found });
    this.#changed = true;
  }

  /**
   * Drops the files of clusters without remaining items. Files of other clusters, whose items are not added yet, may be
   * loading at this moment.
   */
  drop(clusters: Iterable<number>): void {
    for (const cluster of clusters) this.#loaded.delete(cluster);
  }

  /**
   * What is known of the loaded items, part after part; null for what no file says yet.
   * @param parts the head first
   * @returns also the rows that the side model does not know because they belong to no cluster
   */
  join(parts: readonly LearnedPart[]): {
    cooccurrence: CatalogIndex['cooccurrence'];
    demand: ShopDemand | null;
    side: ReturnType<typeof joinSide> | null;
  } {
    this.#changed = false;
    const known = this.#with(parts);
    const [table, demand] = [joinCompanions(known), joinDemand(known)];
    const { origin } = this.bundle.manifest.companions ?? {};
    return {
      cooccurrence: table && origin ? { ...table, origin } : table,
      demand: demand && new ShopDemand(demand),
      side: this.#head && joinSide(this.#head, known),
    };
  }

  /**
   * The clusters of the items that others chose with the items at some rows, the highest lift first.
   * @param parts as in `join`
   */
  clustersBeside(parts: readonly LearnedPart[], rows: ReadonlySet<number>): number[] {
    const lifts = new Map<number, number>();
    let start = 0;
    for (const { items, places, learned } of this.#with(parts)) {
      const { table, clusters } = learned?.companions ?? {};
      for (let n = 0; table && clusters && n < items.length; n++) {
        if (!rows.has(start + n)) continue;
        const place = places?.[n] ?? n;
        for (let at = table.offsets[place]; at < table.offsets[place + 1]; at++) {
          const cluster = clusters[table.rows[at]];
          lifts.set(cluster, Math.max(lifts.get(cluster) ?? 0, table.lifts[at]));
        }
      }
      start += items.length;
    }
    return [...lifts.keys()].sort((a, b) => (lifts.get(b) ?? 0) - (lifts.get(a) ?? 0) || a - b);
  }

  #with(parts: readonly LearnedPart[]): LearnedPart[] {
    return parts.map((part, n) => ({
      items: part.items,
      cluster: part.cluster,
      places: part.places,
      learned: this.#loaded.get(n === 0 ? 'head' : (part.cluster ?? -1))?.data,
    }));
  }
}
