import type { Encoder, Preset, RawTaps } from '../../src/core/encoders';
import { median } from '../bench/timing';
import type { Check, Findings, Part, Time } from './findings';
import { type Compared, type Host, type Say, type Sizes, timed } from './host';
import { check, cosine, largestDifference, magnitude } from './parity';

const WORDS = [
  'red',
  'linen',
  'shirt',
  'with',
  'wooden',
  'buttons',
  'waterproof',
  'hiking',
  'boots',
  'for',
  'children',
];

/** A title of 4 to 8 words. */
const title = (n: number): string =>
  Array.from({ length: 4 + (n % 5) }, (_, word) => WORDS[(n * 3 + word * (1 + (n % 3))) % WORDS.length]).join(' ');

/** Smooth colours inside an edge, white outside, [3, side, side], 0..1. */
function picture(n: number, side: number): Float32Array {
  const pixels = new Float32Array(3 * side * side);
  for (let at = 0; at < pixels.length; at++) {
    const [channel, y, x] = [Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side];
    const inside = Math.abs(x - side / 2) < side / 4 + n && Math.abs(y - side / 2) < side / 3;
    pixels[at] = inside ? 0.5 + 0.5 * Math.sin((x * (channel + 1) + y * (n + 2)) / 20) : 1;
  }
  return pixels;
}

/** An encoder on WebGPU compared with the same on wasm, in this environment: every tap of every batch, and the times. */
export const measure = (part: Part, host: Host, { batches, runs }: Sizes, say: Say): Promise<Findings> =>
  part === 'text'
    ? compare(part, (backend) => host.openText(backend), title, batches.text, runs, say)
    : compare(part, (backend) => host.openImage(backend), picture, batches.image, runs, say);

/** Results of an encoder on one backend. */
interface Encoded {
  /** By batch, then by tap. */
  batches: RawTaps[];
  times: Time[];
}

async function compare<Input>(
  part: Part,
  open: (backend: Compared) => Promise<Encoder<Input>>,
  input: (n: number, side: number) => Input,
  sizes: number[],
  runs: number,
  say: Say,
): Promise<Findings> {
  // The first session also loads the runtime, which both backends share.
  const first = await open('wasm');
  const { preset } = first;
  await first.release();
  const side = preset.modality === 'image' ? preset.size : 0;
  const inputs = sizes.map((size) => Array.from({ length: size }, (_, n) => input(n, side)));
  const on = async (backend: Compared): Promise<Encoded> => {
    say(`${part} encoder on ${backend}`);
    return encode(part, await timed(() => open(backend)), backend, inputs, runs);
  };
  const [wasm, webgpu] = [await on('wasm'), await on('webgpu')];
  return {
    checks: preset.taps.flatMap((tap, index) => tapChecks(part, tap, index, webgpu.batches, wasm.batches)),
    times: [...wasm.times, ...webgpu.times],
  };
}

async function encode<Input>(
  part: Part,
  { value: encoder, milliseconds: opening }: { value: Encoder<Input>; milliseconds: number },
  backend: Compared,
  inputs: Input[][],
  runs: number,
): Promise<Encoded> {
  const times: Time[] = [{ part, name: 'open a session', on: backend, milliseconds: opening }];
  const batches: RawTaps[] = [];
  try {
    for (const batch of inputs) {
      const what = `batch of ${batch.length}`;
      // Shaders are compiled for each shape.
      const first = await timed(() => encoder.encode(batch));
      batches.push(first.value);
      times.push({ part, name: `${what}, its first run`, on: backend, milliseconds: first.milliseconds });
      const later: number[] = [];
      for (let run = 0; run < runs; run++) later.push((await timed(() => encoder.encode(batch))).milliseconds);
      times.push({ part, name: `${what}, per item`, on: backend, milliseconds: median(later) / batch.length });
    }
    if (encoder.backend !== backend) {
      throw new Error(`The ${part} encoder failed on ${backend} and continued on ${encoder.backend}.`);
    }
  } finally {
    await encoder.release();
  }
  return { batches, times };
}

function tapChecks(
  part: Part,
  { name, width }: Preset['taps'][number],
  tap: number,
  found: RawTaps[],
  expected: RawTaps[],
): Check[] {
  const differences: number[] = [];
  const cosines: number[] = [];
  for (const [batch, taps] of expected.entries()) {
    const [a, b] = [found[batch][tap], taps[tap]];
    differences.push(largestDifference(a, b) / magnitude(b));
    for (let start = 0; start < b.length; start += width) {
      cosines.push(cosine(a.subarray(start, start + width), b.subarray(start, start + width)));
    }
  }
  return [
    check(part, 'largest difference of a tap, as a share of its largest value', name, Math.max(...differences)),
    check(part, 'smallest cosine of a tap of one item', name, Math.min(...cosines)),
  ];
}
