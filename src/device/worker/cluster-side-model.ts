import type { Bundle, ItemsPart, SideModel, SideRows } from '../../core/catalog';

const PARALLEL_FETCHES = 16;

export interface ClusterRows {
  items: ItemsPart['items'];
  /** The items' cluster; items that the bundle was opened with, or that this device added, have no cluster. */
  cluster?: number;
  places?: readonly number[];
}

/**
 * The loaded part of a large catalogue's side model: the head's, and the rows of the loaded clusters, each fetched before
 * its items are added.
 */
export class ClusterSide {
  readonly #rows = new Map<number, SideRows>();
  /** Pending rows: two lists may need the same cluster at once. */
  readonly #loading = new Map<number, Promise<void>>();
  readonly #loaded = new Map<number, number>();

  constructor(private readonly bundle: Bundle) {}

  /**
   * Loads the rows of clusters that are about to be loaded, and rows that failed before.
   * @throws SidestreamError `bundle/*`; the rows that did load are kept
   */
  async follow(parts: readonly ItemsPart[]): Promise<void> {
    for (const { cluster, items } of parts) if (cluster !== undefined) this.#loaded.set(cluster, items.length);
    const missing = [...this.#loaded].filter(([cluster]) => !this.#rows.has(cluster));
    const failures: unknown[] = [];
    for (let first = 0; first < missing.length; first += PARALLEL_FETCHES) {
      const some = missing.slice(first, first + PARALLEL_FETCHES).map(([cluster, count]) => this.#load(cluster, count));
      for (const result of await Promise.allSettled(some)) {
        if (result.status === 'rejected') failures.push(result.reason);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  #load(cluster: number, count: number): Promise<void> {
    const known = this.#loading.get(cluster);
    if (known) return known;
    const loading = this.bundle
      .sideRows(cluster, count)
      .then((rows) => {
        if (rows) this.#rows.set(cluster, rows);
      })
      .finally(() => this.#loading.delete(cluster));
    this.#loading.set(cluster, loading);
    return loading;
  }

  /**
   * Drops the rows of clusters without remaining items. Rows of other clusters, whose items are not added yet, may be
   * loading at this moment.
   */
  drop(clusters: Iterable<number>): void {
    for (const cluster of clusters) {
      this.#loaded.delete(cluster);
      this.#rows.delete(cluster);
    }
  }

  /**
   * The model of the loaded items, part after part. Items of a cluster whose rows could not be loaded count as average
   * items.
   * @param head the model of the first part
   * @returns also the rows that it does not know because they belong to no cluster
   */
  join(head: SideModel, parts: readonly ClusterRows[]): { model: SideModel; unknown: number[] } {
    const { width } = head;
    const count = parts.reduce((sum, { items }) => sum + items.length, 0);
    const vectors = new Float32Array(count * width);
    const average = head.biases.reduce((sum, bias) => sum + bias, 0) / Math.max(1, head.biases.length);
    const biases = new Float32Array(count).fill(average);
    vectors.set(head.vectors);
    biases.set(head.biases);
    const unknown: number[] = [];
    let start = parts[0].items.length;
    for (const { items, cluster, places = [] } of parts.slice(1)) {
      const rows = cluster === undefined ? undefined : this.#rows.get(cluster);
      for (const n of items.keys()) {
        const row = start + n;
        if (cluster === undefined) unknown.push(row);
        if (!rows) continue;
        const place = places[n];
        vectors.set(rows.vectors.subarray(place * width, (place + 1) * width), row * width);
        biases[row] = rows.biases[place];
      }
      start += items.length;
    }
    return { model: { ...head, vectors, biases }, unknown };
  }
}
