import { join } from 'node:path';
import * as v from 'valibot';
import { sha256 } from '../../../src/core/common/bytes';
import { createTokenizer, type HubPreset, type Preset, presetSchema } from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';
import {
  type AdaptRequest,
  adaptModel,
  agreement,
  imageSettings,
  SAMPLE_TEXTS,
  samplePictures,
  tapsOf,
  textSettings,
} from '../adapt';
import { makeFolder, replaceFile } from '../folders';
import { presetFile } from './encoder-files';
import { besides, cardLicense, type ModelSource, readJson, readTextFile } from './model-source';

/** The user's options; everything else is read from the model's files. */
export interface AdaptOptions extends Pick<AdaptRequest, 'compute' | 'layers' | 'taps'> {
  name?: string;
  /** ONNX file within the source. */
  file?: string;
  modality?: Preset['modality'];
  licence?: string;
  pool?: AdaptRequest['pooling'];
  prefix?: string;
  maxTokens?: number;
  size?: number;
  /** Lowest accepted cosine to the original. */
  minCosine?: number;
}

/** Default token limit: product texts rarely have more, and the time grows with its square. */
const MAX_TOKENS = 128;
/** Default lowest cosine to the original. */
const MIN_COSINE = 0.98;
/** Bits of a stored weight. */
const BITS = 8;

/**
 * Builds an encoder from a model: downloads or reads it, turns its hidden states into outputs, quantises its weights, compares
 * the result with the original, and writes encoder, tokeniser and preset.
 * @param known preset of a model with a short name
 * @throws SidestreamError `encoder/*`: not found, not downloadable, without a licence, of an unsupported kind, or too lossy
 */
export async function adaptEncoder(
  source: ModelSource,
  options: AdaptOptions,
  folder: string,
  say: (line: string) => void,
  known?: HubPreset,
): Promise<Preset> {
  const name = options.name ?? known?.name ?? presetStem(source.name);
  say(`${name}: reading ${source.title}`);
  // Check everything that can fail before half a gigabyte is downloaded.
  const license = await licenseOf(source, options, known);
  const settings = await readSettings(source, options, known);
  const { file, bytes } = await readModel(source, options.file ?? known?.source.file);
  const origin = source.record(file, await sha256(bytes));

  const { pooling, tokenizer, sample } = settings;
  const { compute, layers, taps } = options;
  const about = { name, license, source: origin, bits: BITS, compute, pooling, ...settings.preset };
  say(`${name}: looking for hidden states in ${file}, ${megabytes(bytes)}`);
  const adapted = await adaptModel(bytes, besides(source, file), {
    pooling,
    compute,
    layers,
    taps,
    image: settings.image,
    notice: await notice(source, about),
  });
  say(
    `${name}: ${adapted.layers} layers; taps ${adapted.taps.join(', ')}, ${pooling} of the tokens; computes on ${adapted.compute}`,
  );
  const expected = await tapsOf(adapted.reference, adapted.taps, sample);
  const actual = await tapsOf(adapted.onnx, adapted.taps, sample);
  const cosines = expected.taps.map((tap, i) => agreement(actual.taps[i], tap, expected.widths[i]));
  const lowest = judge(name, adapted.taps, cosines, options.minCosine ?? MIN_COSINE, say);
  const preset = v.parse(presetSchema, {
    ...settings.preset,
    name,
    source: origin,
    license,
    languages: known?.languages,
    digest: await sha256(new Uint8Array(adapted.onnx)),
    taps: adapted.taps.map((tap, i) => ({ name: tap, width: expected.widths[i] })),
    contentTap: adapted.taps.length - 1,
    adapted: { pooling, bits: BITS, compute: adapted.compute, cosine: Number(lowest.toFixed(5)) },
  });
  await makeFolder(folder);
  if (tokenizer) await replaceFile(join(folder, `${name}.tokenizer.json`), tokenizer);
  await replaceFile(join(folder, `${name}.onnx`), adapted.onnx);
  await replaceFile(join(folder, presetFile(name)), `${JSON.stringify(preset, null, 2)}\n`);
  const sizes = `${megabytes(adapted.onnx)} (was ${megabytes(bytes)})`;
  say(`${name}: wrote ${join(folder, `${name}.onnx`)}, ${sizes}, ${license}`);
  return preset;
}

/** Fails if a tap differs too much from the original or is constant. @returns the lowest cosine */
function judge(
  name: string,
  taps: string[],
  cosines: (number | null)[],
  minCosine: number,
  say: (line: string) => void,
): number {
  const dull = taps.filter((_, i) => cosines[i] === null);
  if (dull.length > 0) {
    const message = `${dull.join(', ')} is constant over all inputs. Choose other --layers, or --pool mean.`;
    throw new SidestreamError('encoder/bad-settings', message);
  }
  const values = cosines.map((cosine) => cosine ?? -1);
  const shown = taps.map((tap, i) => `${tap} ${values[i].toFixed(4)}`).join(', ');
  say(`${name}: ${BITS}-bit weights; lowest cosine to the original: ${shown}`);
  const lowest = Math.min(...values);
  if (lowest >= minCosine) return lowest;
  const message = `"${name}" differs too much from the original with ${BITS}-bit weights: cosine ${lowest.toFixed(4)}, not ${minCosine}. Report the model, or use a lower --min-cosine.`;
  throw new SidestreamError('encoder/too-lossy', message);
}

/** The pooling, the preset's fields about inputs, and inputs on which the result is compared with the original. */
async function readSettings(source: ModelSource, options: AdaptOptions, known?: HubPreset) {
  const preprocessor = await readJson(source, 'preprocessor_config.json');
  const tokenizer = await readTextFile(source, 'tokenizer.json');
  const modality = options.modality ?? known?.modality ?? guessModality(source, tokenizer, preprocessor);
  const asked = options.pool ?? known?.pooling;
  if (modality === 'image') {
    const { framing, normalization } = imageSettings(preprocessor);
    const size = options.size ?? framing.size;
    return {
      pooling: asked ?? 'cls',
      preset: { modality, ...framing, size },
      image: { size, normalization },
      sample: { pictures: samplePictures(size), size },
    };
  }
  if (tokenizer === null) {
    throw new SidestreamError('encoder/not-found', `${source.title} has no tokenizer.json. Put one next to the model.`);
  }
  const read = textSettings({
    config: await readJson(source, 'config.json'),
    tokenizer: await readJson(source, 'tokenizer.json'),
    tokenizerConfig: await readJson(source, 'tokenizer_config.json'),
    sentence: await readJson(source, 'sentence_bert_config.json'),
    pooling: await readJson(source, '1_Pooling/config.json'),
  });
  const tokens = {
    maxTokens: Math.min(options.maxTokens ?? known?.maxTokens ?? MAX_TOKENS, read.maxTokens),
    prefix: options.prefix ?? known?.prefix ?? '',
    padId: read.padId,
  };
  const { ids } = createTokenizer(tokenizer, tokens);
  const tokenizerDigest = await sha256(new TextEncoder().encode(tokenizer));
  return {
    pooling: asked ?? read.pooling ?? 'mean',
    preset: { modality, ...tokens, tokenizerDigest },
    tokenizer,
    sample: { texts: SAMPLE_TEXTS.map(ids) },
  };
}

function guessModality(source: ModelSource, tokenizer: string | null, preprocessor: unknown): Preset['modality'] {
  if (tokenizer !== null && preprocessor === undefined) return 'text';
  if (tokenizer === null && preprocessor !== undefined) return 'image';
  const what = tokenizer === null ? 'neither a tokenizer.json nor' : 'both a tokenizer.json and';
  const message = `${source.title} has ${what} a preprocessor_config.json. Give --modality text or --modality image.`;
  throw new SidestreamError('encoder/bad-settings', message);
}

async function readModel(source: ModelSource, file?: string): Promise<{ file: string; bytes: Uint8Array }> {
  const candidates = file === undefined ? await source.candidates() : [file];
  for (const candidate of candidates) {
    const bytes = await source.read(candidate);
    if (bytes) return { file: candidate, bytes };
  }
  const message = `${source.title} has no ${candidates.join(' or ')}. Name its ONNX file with --file.`;
  throw new SidestreamError('encoder/not-found', message);
}

async function licenseOf(source: ModelSource, { licence }: AdaptOptions, known?: HubPreset): Promise<string> {
  if (licence) return licence;
  if (known) return known.license;
  const found = cardLicense((await readTextFile(source, 'README.md')) ?? '');
  if (found) return found;
  const message = `The model card of ${source.title} names no licence. Find out the licence and give it with --licence <SPDX identifier>.`;
  throw new SidestreamError('encoder/unlicensed', message);
}

/** Notice in the built file about its origin. It includes the input settings, which places them under the digest. */
async function notice(source: ModelSource, about: Record<string, unknown>): Promise<string> {
  const change = 'Its hidden states were made outputs, and its weights were quantised in blocks.';
  const license = await readTextFile(source, 'LICENSE');
  const terms = license === null ? '' : ` Its licence:\n\n${license}`;
  return `Made by Sidestream from ${source.title}. ${change}\n${JSON.stringify(about)}\n${terms}`;
}

function presetStem(name: string): string {
  const stem = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  if (stem) return stem;
  throw new SidestreamError(
    'encoder/bad-settings',
    `"${name}" does not give a name for the encoder. Give one with --name.`,
  );
}

const megabytes = (bytes: Uint8Array): string => `${(bytes.length / 1e6).toFixed(1)} MB`;
