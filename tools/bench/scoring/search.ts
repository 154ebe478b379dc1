import { type AreaResult, atLeast, type Bar, type Say } from '../kept';
import { peers } from '../peers';
import { median, processorTime, timed } from '../timing';
import { floatScan, type Index, kernelMatrix, kernelScan, type Method } from './methods';
import { peerMethods } from './peer-indexes';
import { recallOf, type VectorSet, vectorsOf } from './vectors';

/** Share of the true ten nearest that a method must find before its time is compared. */
const RECALL = 0.99;
const QUERIES = 100;
/** Number of queries that measure a method's recall. */
const JUDGED = 40;
/** Maximum duration of one race, ms. */
const RACE = 5_000;
/** Maximum expected processor time, in seconds, for building an index, and maximum memory. */
const MAX_SECONDS = 60;
const MAX_BYTES = 1.2e9;

const ms = (value: number): string => `${value < 1 ? value.toFixed(2) : value.toFixed(1)} ms`;
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

interface Built {
  index: Index;
  seconds: number;
  recall: number;
  /** How thoroughly it searches; empty without such a setting. */
  setting: string;
}

/** Search of the same vectors by us and by the peers, at equal recall. */
export async function searchResult(say: Say): Promise<Required<AreaResult>> {
  peers.install(say);
  const result: Required<AreaResult> = { bars: [], figures: [], series: {} };
  const costs = new Map<string, { seconds: number; bytes: number }>();
  for (const count of [10_000, 100_000]) {
    say(`${count.toLocaleString('en')} vectors`);
    await searched(await vectorsOf(count, QUERIES), costs, result, say);
  }
  return result;
}

async function searched(
  vectors: VectorSet,
  costs: Map<string, { seconds: number; bytes: number }>,
  { bars, figures, series }: Required<AreaResult>,
  say: Say,
): Promise<void> {
  const size = vectors.count.toLocaleString('en');
  const note = (name: string, measured: string): void =>
    void figures.push({ name: `${size} vectors, ${name}`, measured });
  const ours = await built(kernelScan, vectors);
  bars.push(
    atLeast(`${size}: recall@10 of the kernel scan`, 0.99, ours.recall, 'against 32-bit floats, top 10 of 40 queries'),
  );
  noteBuilt(note, kernelScan, ours);
  const times = new Map<string, number>();
  for (const method of [floatScan, ...peerMethods()]) {
    const known = costs.get(method.name);
    const growth = vectors.count / 10_000;
    // The time for a graph grows somewhat faster than linearly.
    const expected = known && { seconds: 1.3 * growth * known.seconds, bytes: growth * known.bytes };
    if (growth > 1 && expected && (expected.seconds > MAX_SECONDS || expected.bytes > MAX_BYTES)) {
      const why = `building it would take about ${expected.seconds.toFixed(0)} s and ${mb(expected.bytes)}`;
      note(method.name, `not measured: ${why}`);
      continue;
    }
    say(`${size} vectors, ${method.name}`);
    const peer = await built(method, vectors);
    costs.set(method.name, { seconds: peer.seconds, bytes: peer.index.bytes() });
    noteBuilt(note, method, peer);
    const { first, second } = await race(peer.index, ours.index, vectors.queries);
    times.set(method.name, first).set(kernelScan.name, second);
    bars.push(comparison(`${size}: ${method.name} / ${kernelScan.name}`, first, second, peer, ours));
    peer.index.free?.();
  }
  series[`time per query, ${size} vectors`] = {
    unit: 'ms',
    values: [...times].map(([name, value]) => ({ name, value })),
  };
  await together(note, vectors);
}

const comparison = (name: string, peer: number, own: number, theirs: Built, ours: Built): Bar =>
  atLeast(
    name,
    1,
    peer / own,
    `${ms(peer)} at recall ${theirs.recall.toFixed(3)}${theirs.setting ? ` (${theirs.setting})` : ''}, ours ${ms(own)} at ${ours.recall.toFixed(3)}`,
  );

function noteBuilt(note: (name: string, measured: string) => void, method: Method, made: Built): void {
  const { index, seconds, recall, setting } = made;
  const built = `built in ${seconds.toFixed(seconds < 1 ? 3 : 1)} s of processor time, ${mb(index.bytes())}`;
  const short = recall < RECALL ? ', its maximum' : '';
  note(method.name, `${built}, recall@10 ${recall.toFixed(3)}${setting ? ` with ${setting}` : ''}${short}`);
}

/** Builds an index, and lets it search more and more thoroughly until it finds enough. */
async function built(method: Method, vectors: VectorSet): Promise<Built> {
  const made: Index[] = [];
  const { processor } = await processorTime(async () => made.push(await method.build(vectors)));
  const [index] = made;
  const seconds = processor / 1000;
  let setting = '';
  for (;;) {
    const recall = await judged(index, vectors);
    const wider = recall < RECALL ? await index.widen() : false;
    if (wider === false) return { index, seconds, recall, setting };
    setting = wider;
  }
}

async function judged(index: Index, { queries, truth }: VectorSet): Promise<number> {
  const found: number[][] = [];
  for (const query of queries.slice(0, JUDGED)) found.push(await index.search(query));
  return recallOf(found, truth);
}

/** Medians of processor time of one query, taken in turns. */
async function race(a: Index, b: Index, queries: readonly Float32Array[]): Promise<{ first: number; second: number }> {
  const [first, second] = [timed(), timed()];
  const until = performance.now() + RACE;
  // The first calls include compilation.
  for (const query of queries.slice(0, 5)) for (const index of [a, b]) await index.search(query);
  for (const query of queries) {
    await first.of(async () => a.search(query));
    await second.of(async () => b.search(query));
    if (performance.now() > until) break;
  }
  return { first: median(first.processor), second: median(second.processor) };
}

/** Time of several queries at once, as for a list about several items. */
async function together(note: (name: string, measured: string) => void, vectors: VectorSet): Promise<void> {
  const matrix = kernelMatrix(vectors);
  const lines: string[] = [];
  for (const at of [1, 4, 20]) {
    const time = timed();
    for (let round = 0; round < 12; round++) await time.of(async () => matrix.products(vectors.queries.slice(0, at)));
    lines.push(`${at}: ${ms(median(time.processor) / at)}`);
  }
  note('products of the rows alone, per query, by queries at a time', lines.join(', '));
}
