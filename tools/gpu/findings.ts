import * as v from 'valibot';

/** The measured parts, each on WebGPU and on wasm. */
export const PARTS = ['text', 'image'] as const;
export type Part = (typeof PARTS)[number];

/** An adapter of WebGPU, as it describes itself; browsers may leave fields empty. */
export const adapterSchema = v.strictObject({
  vendor: v.string(),
  architecture: v.string(),
  device: v.string(),
  description: v.string(),
  /** Null if the browser does not say. */
  isFallbackAdapter: v.nullable(v.boolean()),
});
export type Adapter = v.InferOutput<typeof adapterSchema>;

const number = v.pipe(v.number(), v.finite());

/** A comparison of WebGPU with the reference on wasm. */
const checkSchema = v.strictObject({
  part: v.picklist(PARTS),
  name: v.string(),
  /** Null if it is not a finite number, which no tolerance allows. */
  measured: v.nullable(number),
  tolerance: number,
  side: v.picklist(['at most', 'at least']),
  met: v.boolean(),
});
export type Check = v.InferOutput<typeof checkSchema>;

const timeSchema = v.strictObject({
  part: v.picklist(PARTS),
  name: v.string(),
  /** Backend. */
  on: v.string(),
  milliseconds: number,
});
export type Time = v.InferOutput<typeof timeSchema>;

/** Findings about one part. */
const findingsSchema = v.strictObject({
  checks: v.array(checkSchema),
  times: v.array(timeSchema),
  /** Sentences about this part. */
  notes: v.optional(v.array(v.string()), []),
});
export type Findings = v.InferInput<typeof findingsSchema>;

/** Measurements of a run, and its environment. */
export interface Run {
  /** Browser or runtime of WebGPU, with its version. */
  host: string;
  adapter: Adapter;
  /** Options of the browser, or the given Vulkan driver. */
  started: string;
  sizes: string;
  /** Findings about the measured parts. */
  checks: Check[];
  times: Time[];
  notes: string[];
  /** Parts that failed, and why. */
  failures: { part: Part; reason: string }[];
}

/** Measures parts one after the other; a failed part does not stop the others. */
export async function collect(
  about: Pick<Run, 'host' | 'adapter' | 'started' | 'sizes'>,
  parts: readonly Part[],
  measure: (part: Part) => Promise<unknown>,
): Promise<Run> {
  const run: Run = { ...about, checks: [], times: [], notes: [], failures: [] };
  for (const part of parts) {
    try {
      const { checks, times, notes } = v.parse(findingsSchema, await measure(part));
      run.checks.push(...checks);
      run.times.push(...times);
      run.notes.push(...notes);
    } catch (thrown) {
      run.failures.push({ part, reason: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
  return run;
}

/** Whether every part was measured and every comparison is within its tolerance. */
export const isWithin = ({ checks, failures }: Pick<Run, 'checks' | 'failures'>): boolean =>
  failures.length === 0 && checks.every(({ met }) => met);

/** WebGPU's adapter in this environment; null without one. */
export async function adapterHere(): Promise<Adapter | null> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return null;
  const {
    vendor = '',
    architecture = '',
    device = '',
    description = '',
    isFallbackAdapter = null,
  } = adapter.info ?? {};
  return { vendor, architecture, device, description, isFallbackAdapter };
}

/** Whether an adapter computes on the processor: SwiftShader, llvmpipe, WARP. Its times say nothing about hardware. */
export const isSoftware = ({ architecture, description, isFallbackAdapter }: Adapter): boolean =>
  isFallbackAdapter === true ||
  ['swiftshader', 'software'].includes(architecture) ||
  /swiftshader|llvmpipe|basic render/i.test(description);
