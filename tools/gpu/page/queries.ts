import { type Remote, wrap } from 'comlink';
import { seededRandom, uniform } from '../../../src/core/common/random';
import { DEFAULT_PRESETS, encodeProjection, type Preset } from '../../../src/core/encoders';
import { carryErrors, type QueryEncoder } from '../../../src/device/protocol';
import type { EncoderHost } from '../../../src/device/worker';
import type { Findings, Part } from '../findings';
import type { Compared } from '../host';
import { check, cosine, largestDifference, magnitude } from '../parity';
import { loadFiles } from './files';

const DIM = 128;
const WORDS = 'waterproof boots for children';
const NAME = 'a query of find()';

/** A query of `find()` on WebGPU compared with the same on wasm, both through the package's worker of encoders: words, or a photo. */
export async function compareQueries(part: Part): Promise<Findings> {
  carryErrors();
  const [webgpu, wasm] = [await encoded(part, 'webgpu'), await encoded(part, 'wasm')];
  const [found, expected] = [webgpu.values, wasm.values];
  const difference = largestDifference(found, expected) / magnitude(expected);
  return {
    checks: [
      check(part, 'largest difference of a tap, as a share of its largest value', NAME, difference),
      check(part, 'smallest cosine of a tap of one item', NAME, cosine(found, expected)),
    ],
    times: [wasm, webgpu].flatMap(({ runs }) =>
      runs.map(({ backend, milliseconds }) => ({ part, name: `${NAME}, the first one`, on: backend, milliseconds })),
    ),
  };
}

async function encoded(part: Part, backend: Compared) {
  const worker = new Worker(new URL('./query-worker.ts', import.meta.url), { type: 'module', name: backend });
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => reject(new Error(message || 'The worker did not load.')));
  });
  try {
    return await Promise.race([ask(wrap<EncoderHost>(worker), part, backend), broken]);
  } finally {
    worker.terminate();
  }
}

async function ask(host: Remote<EncoderHost>, part: Part, backend: Compared) {
  const preset = DEFAULT_PRESETS[part];
  const encoder = (await loadFiles())[part];
  const projection = encodeProjection({ [part]: anyProjection(preset) }).buffer;
  const files: QueryEncoder = { modality: part, preset, encoder, projection, tap: preset.contentTap };
  await host.openQueries(files);
  const query = await host.encodeQuery(part === 'text' ? WORDS : await photo());
  const others = query.runs.filter((run) => run.backend !== backend);
  if (others.length > 0) throw new Error(`The query was to run on ${backend}, and ran on ${others[0].backend}.`);
  return query;
}

/** A projection that keeps what taps differ in; a bundle's comes from its catalogue. */
function anyProjection({ taps }: Preset) {
  const random = seededRandom(5);
  return {
    dim: DIM,
    taps: taps.map(({ width }) => ({
      width,
      mean: new Float32Array(width),
      deviation: new Float32Array(width).fill(1),
      matrix: uniform(random, DIM * width, 1 / Math.sqrt(width)),
    })),
  };
}

/** A red ball on a shaded ground. */
async function photo(): Promise<Blob> {
  const canvas = new OffscreenCanvas(400, 300);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser does not draw.');
  const ground = context.createLinearGradient(0, 0, 400, 300);
  ground.addColorStop(0, '#eef');
  ground.addColorStop(1, '#875');
  context.fillStyle = ground;
  context.fillRect(0, 0, 400, 300);
  context.fillStyle = '#c32';
  context.beginPath();
  context.arc(190, 160, 90, 0, 7);
  context.fill();
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
}
