import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as WebRuntime from 'onnxruntime-web';
import * as v from 'valibot';
import { collectFeed } from '../../packages/cli/bundler/read-feed';
import { readPreset } from '../../packages/encoders/hub';
import { createNodeEncoder } from '../../packages/encoders/node';
import { makeDemoCatalog } from '../../scripts/demo/catalogue';
import { itemText } from '../../src/core/catalog';
import { createTokenizer, DEFAULT_PRESETS, type TextPreset } from '../../src/core/encoders';
import { alone, similarLengths, textEncoder } from '../../src/core/encoders/onnx-encoder';
import { EncoderSession, type TextEncoder } from '../../src/core/encoders/session';
import { best, processorTime, type Sample } from '../bench/timing';
import { ROOT } from './fetch';

export const MODELS = join(ROOT, 'models');
const SHOPS = '../shared/data';
const TEXTS = 40;
const ROUNDS = 3;

/** A catalogue to build. */
export interface Shop {
  name: string;
  catalog: string;
  images: string;
}

/** The shops that this machine has: the demo's, which is generated, and the shops in `../shared/data`. */
export async function shops(): Promise<Shop[]> {
  const demo = { name: 'demo', catalog: join(ROOT, 'demo.jsonl'), images: join(ROOT, 'demo') };
  await makeDemoCatalog(demo);
  const others = [
    ['magento', 'catalog.jsonl'],
    ['german', 'products_export.csv'],
  ].map(([name, file]) => {
    const folder = join(process.env.SIDESTREAM_SHOPS ?? SHOPS, `shop-${name}`);
    return { name, catalog: join(folder, file), images: join(folder, 'images') };
  });
  return [...others.filter(({ catalog }) => existsSync(catalog)), demo];
}

const precisionSchema = v.record(v.string(), v.nullish(v.number()));

export interface Built {
  /** Share of the five nearest that are of the same category, by text, image and both. */
  p5: Record<string, number | null>;
}

/** Builds a shop with an encoder and judges its neighbourhoods, with the command-line tool. */
export async function build(shop: Shop, encoders: { text?: string; image?: string }): Promise<Built> {
  const out = join(ROOT, 'bundles', `${shop.name}-${encoders.text ?? encoders.image ?? 'own'}`);
  if (encoders.text !== undefined) await keepPictures(shop, out);
  const chosen = [
    ...(encoders.text === undefined ? [] : ['--text-encoder', encoders.text]),
    ...(encoders.image === undefined ? [] : ['--image-encoder', encoders.image]),
  ];
  // Where the demo's page has its pictures.
  const imageBase = shop.name === 'demo' ? ['--image-base', 'images/'] : [];
  const pictures = existsSync(shop.images) ? ['--images', shop.images] : ['--offline'];
  await sidestream(
    'build',
    shop.catalog,
    ...pictures,
    '--out',
    out,
    '--models',
    MODELS,
    '--workers',
    '1',
    ...imageBase,
    ...chosen,
  );
  const printed = await sidestream('inspect', out, '--neighbours', '--json');
  const { p5 } = v.parse(v.looseObject({ p5: precisionSchema }), JSON.parse(printed.trim().split('\n').at(-1) ?? ''));
  return { p5: Object.fromEntries(Object.entries(p5).map(([basis, value]) => [basis, value ?? null])) };
}

/** Takes over the pictures' features from the build with the package's own encoders: only the text encoder differs. */
async function keepPictures(shop: Shop, out: string): Promise<void> {
  const from = join(ROOT, 'bundles', `${shop.name}-${DEFAULT_PRESETS.text.name}.build`);
  if (`${out}.build` === from || !existsSync(from)) return;
  await mkdir(`${out}.build`, { recursive: true });
  for (const file of await readdir(from)) {
    if (file.startsWith('image-')) await copyFile(join(from, file), join(`${out}.build`, file));
  }
}

/** Runs the command-line tool from its sources. @returns what it printed */
export function sidestream(...args: string[]): Promise<string> {
  const env = { ...process.env, HF_HUB_CACHE: join(ROOT, 'hub'), HF_HUB_OFFLINE: '1' };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'packages/cli/program/main.ts', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [printed, errors] = ['', ''];
    child.stdout.on('data', (chunk) => (printed += String(chunk)));
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`sidestream ${args.join(' ')} failed:\n${printed}${errors}`));
    });
  });
}

export interface Speed {
  /** Bytes of the ONNX file and the tokeniser. */
  bytes: number;
  /** Texts per second of processor time, on one thread. */
  node: number;
  wasm: number;
}

/** The texts of a shop on which encoders are timed. */
export async function timedTexts(shop: Shop): Promise<string[]> {
  const { items } = await collectFeed([shop.catalog]);
  return items.slice(0, TEXTS).map((item) => itemText(item));
}

/** Size and speed of a text encoder. */
export async function textSpeed(name: string, texts: string[]): Promise<Speed> {
  const preset = await readPreset(name, MODELS, 'text');
  const [onnxFile, tokenizerFile] = [join(MODELS, `${name}.onnx`), join(MODELS, `${name}.tokenizer.json`)];
  const onnx = new Uint8Array(await readFile(onnxFile));
  const tokenizer = await readFile(tokenizerFile, 'utf8');
  const node = await createNodeEncoder(preset, { onnx, tokenizer }, { threads: 1 });
  const inNode = await rate(node, texts);
  const inWasm = await rate(await wasmEncoder(preset, onnx, tokenizer), texts);
  return { bytes: statSync(onnxFile).size + statSync(tokenizerFile).size, node: inNode, wasm: inWasm };
}

async function rate(encoder: TextEncoder, texts: string[]): Promise<number> {
  await encoder.encode(texts.slice(0, 2));
  const times: Sample[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await processorTime(() => encoder.encode(texts)));
  await encoder.release();
  return texts.length / (best(times).processor / 1000);
}

/** The encoder of a page without WebGPU: the same runtime, in Node. */
async function wasmEncoder(preset: TextPreset, onnx: Uint8Array, json: string): Promise<TextEncoder> {
  // Required by Node itself, which chooses the build without WebGPU.
  const ort: typeof WebRuntime = createRequire(import.meta.url)('onnxruntime-web');
  ort.env.wasm.numThreads = 1;
  const open = () => ort.InferenceSession.create(onnx, { executionProviders: ['wasm'], logSeverityLevel: 3 });
  const session = await EncoderSession.create(preset, open, ['wasm']);
  const batching = preset.adapted?.compute === 'int8' ? alone : similarLengths;
  const tokenizer = createTokenizer(json, preset);
  return textEncoder(preset, tokenizer, session, (data, dims) => new ort.Tensor('int32', data, dims), batching);
}
