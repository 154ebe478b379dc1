import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { peers } from '../peers';
import { memoryInUse } from '../timing';
import { type Method, never } from './methods';
import { TOP, type VectorSet } from './vectors';

const peerModule = (...path: string[]): Promise<unknown> => import(pathToFileURL(peers.file(...path)).href);
const called = <Args extends unknown[], Result>() =>
  v.custom<(...args: Args) => Result>((is) => typeof is === 'function');
const rowOf = (vectors: VectorSet, row: number): Float32Array =>
  vectors.values.subarray(row * vectors.width, (row + 1) * vectors.width);
const rowsOf = (vectors: VectorSet): number[] => Array.from({ length: vectors.count }, (_, row) => row);

const Orama = v.object({
  create: called<[unknown], unknown>(),
  insertMultiple: called<[unknown, unknown[], number], Promise<string[]>>(),
  searchVector: called<[unknown, unknown], { hits: { id: string }[] } | Promise<{ hits: { id: string }[] }>>(),
});

/** A loop over all vectors in JavaScript. */
const orama = (): Method => ({
  name: `orama ${peers.version('@orama/orama')}`,
  async build(vectors) {
    const { create, insertMultiple, searchVector } = v.parse(
      Orama,
      await peerModule('@orama', 'orama', 'dist', 'esm', 'index.js'),
    );
    const before = memoryInUse();
    const schema = { vector: `vector[${vectors.width}]` };
    const index = create({ schema });
    const items = rowsOf(vectors).map((row) => ({ id: `${row}`, vector: [...rowOf(vectors, row)] }));
    await insertMultiple(index, items, 1000);
    const bytes = memoryInUse() - before;
    return {
      async search(query) {
        const { hits } = await searchVector(index, {
          mode: 'vector',
          vector: { value: [...query], property: 'vector' },
          similarity: 0,
          limit: TOP,
        });
        return hits.map(({ id }) => Number(id));
      },
      widen: never,
      bytes: () => bytes,
    };
  },
});

const Voy = v.object({
  __wbg_set_wasm: called<[WebAssembly.Exports], void>(),
  Voy: v.custom<
    new (
      resource: unknown,
    ) => {
      search(query: Float32Array, k: number): { neighbors: { id: string }[] };
      free(): void;
    }
  >((is) => typeof is === 'function'),
});

/** A k-d tree in Rust. */
const voy = (): Method => ({
  name: `voy-search ${peers.version('voy-search')}`,
  async build(vectors) {
    const glue = await peerModule('voy-search', 'voy_search_bg.js');
    const { Voy: Tree, __wbg_set_wasm: setWasm } = v.parse(Voy, glue);
    const binary = readFileSync(peers.file('voy-search', 'voy_search_bg.wasm'));
    const imports = v.parse(v.record(v.string(), v.any()), glue);
    const { instance } = await WebAssembly.instantiate(binary, { './voy_search_bg.js': imports });
    setWasm(instance.exports);
    const tree = new Tree({
      embeddings: rowsOf(vectors).map((row) => ({
        id: `${row}`,
        title: '',
        url: '',
        embeddings: [...rowOf(vectors, row)],
      })),
    });
    return {
      search: (query) => tree.search(query, TOP).neighbors.map(({ id }) => Number(id)),
      widen: never,
      bytes: () => memoryBytes(instance.exports.memory),
      free: () => tree.free(),
    };
  },
});

interface HnswIndex {
  initIndex(most: number, m: number, efConstruction: number, seed: number): void;
  addPoint(point: Float32Array, label: number, replaceDeleted: boolean): void;
  setEfSearch(ef: number): void;
  searchKnn(query: Float32Array, k: number, filter: undefined): { neighbors: number[] };
  delete?(): void;
}
interface HnswLibrary {
  HierarchicalNSW: new (space: string, width: number, file: string) => HnswIndex;
  /** A new array after the memory has grown. */
  HEAP8: Int8Array;
}
const Hnswlib = v.object({ default: called<[], Promise<HnswLibrary>>() });

/** Links per node, and candidates during construction: hnswlib's defaults are 16 and 200. */
const [HNSW_LINKS, HNSW_BUILD] = [16, 100];
const HNSW_SEARCH = [16, 32, 64, 128, 256, 512];

const hnswlib = (): Method => ({
  name: `hnswlib-wasm ${peers.version('hnswlib-wasm')}`,
  async build(vectors) {
    // It supports only pages.
    Object.assign(globalThis, { window: globalThis, document: { currentScript: null } });
    const file = v.parse(
      v.string(),
      /hnswlib-\w+\.js/.exec(readFileSync(peers.file('hnswlib-wasm', 'dist', 'hnswlib.js'), 'utf8'))?.[0],
    );
    const { default: load } = v.parse(Hnswlib, await peerModule('hnswlib-wasm', 'dist', file));
    const library = await load();
    const index = new library.HierarchicalNSW('ip', vectors.width, '');
    index.initIndex(vectors.count, HNSW_LINKS, HNSW_BUILD, 100);
    for (const row of rowsOf(vectors)) index.addPoint(rowOf(vectors, row), row, false);
    let level = 0;
    index.setEfSearch(HNSW_SEARCH[level]);
    return {
      search: (query) => index.searchKnn(query, TOP, undefined).neighbors,
      async widen() {
        if (++level >= HNSW_SEARCH.length) return false;
        index.setEfSearch(HNSW_SEARCH[level]);
        return `ef ${HNSW_SEARCH[level]}`;
      },
      bytes: () => library.HEAP8.buffer.byteLength,
      free: () => index.delete?.(),
    };
  },
});

interface EdgeConfig {
  metric: string;
  ef_search: number;
  ef_construction: number;
}
interface EdgeIndex {
  insertBatchFlat(vectors: Float32Array, count: number): Uint32Array;
  search(query: Float32Array, k: number): { id: number }[];
  free(): void;
}
const EdgeVec = v.object({
  default: called<[unknown], Promise<{ memory: WebAssembly.Memory }>>(),
  EdgeVecConfig: v.custom<new (width: number) => EdgeConfig>((is) => typeof is === 'function'),
  EdgeVec: v.custom<new (config: EdgeConfig) => EdgeIndex>((is) => typeof is === 'function'),
});

/** Its graph fixes the width of a search at construction, so another width needs another build. Its flat index supports only bits. */
const edgevec = (ef: number): Method => ({
  name: `edgevec ${peers.version('edgevec')}`,
  async build(vectors) {
    const library = v.parse(EdgeVec, await peerModule('edgevec', 'edgevec.js'));
    const { memory } = await library.default({
      module_or_path: readFileSync(peers.file('edgevec', 'edgevec_bg.wasm')),
    });
    const config = new library.EdgeVecConfig(vectors.width);
    // For unit vectors, the nearest have the largest products. With 'dot' and 'cosine' this version finds the smallest.
    config.metric = 'l2';
    config.ef_construction = HNSW_BUILD;
    config.ef_search = ef;
    const index = new library.EdgeVec(config);
    const ids = index.insertBatchFlat(vectors.values, vectors.count);
    const rows = new Map(Array.from(ids, (id, row) => [id, row]));
    return {
      search: (query) => index.search(query, TOP).map(({ id }) => rows.get(id) ?? -1),
      widen: never,
      bytes: () => memoryBytes(memory),
      free: () => index.free(),
    };
  },
});

const memoryBytes = (memory: unknown): number => v.parse(v.instance(WebAssembly.Memory), memory).buffer.byteLength;

/** The peers, the cheapest to build first. */
export const peerMethods = (): Method[] => [orama(), voy(), hnswlib(), edgevec(64)];
