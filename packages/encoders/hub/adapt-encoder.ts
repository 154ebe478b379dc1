import { join } from 'node:path';
import * as v from 'valibot';
import { sha256 } from '../../../src/core/common/bytes';
import {
  createTokenizer,
  type EncoderFiles,
  type HubPreset,
  type Preset,
  presetSchema,
} from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';
import {
  type AdaptRequest,
  adaptModel,
  agreement,
  imageSettings,
  referenceTaps,
  SAMPLE_TEXTS,
  type SampleInputs,
  samplePictures,
  textSettings,
} from '../adapt';
import { makeFolder, replaceFile } from '../folders';
import { createNodeEncoder } from '../node';
import { presetFile } from './encoder-files';
import { besides, cardLicense, type ModelSource, readJson, readTextFile } from './model-source';

/** The user's options; everything else is read from the model's files. */
export interface AdaptOptions {
  name?: string;
  /** ONNX file within the source. */
  file?: string;
  modality?: Preset['modality'];
  licence?: string;
  pool?: AdaptRequest['pooling'];
  bits: AdaptRequest['bits'];
  compute?: AdaptRequest['compute'];
  layers?: number[];
  taps: number;
  prefix?: string;
  maxTokens?: number;
  size?: number;
  /** Lowest accepted cosine to the original. */
  minCosine?: number;
}

/** Default token limit: product texts rarely have more, and the time grows with its square. */
const MAX_TOKENS = 128;
/** Default lowest cosine to the original, by bits of a stored weight. */
const MIN_COSINE = { 8: 0.98, 4: 0.9 };

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
  if (options.compute === 'int8' && options.bits === 4) {
    throw new SidestreamError('encoder/bad-settings', '--compute int8 needs 8-bit weights. Leave out --bits 4.');
  }
  // Check everything that can fail before half a gigabyte is downloaded.
  const license = await licenseOf(source, options, known);
  const settings = await readSettings(source, options, known);
  const { file, bytes } = await readModel(source, options.file ?? known?.source.file);
  const origin = source.record(file, await sha256(bytes));

  const about = {
    name,
    license,
    source: origin,
    bits: options.bits,
    compute: options.compute,
    pooling: settings.pooling,
    ...settings.preset,
  };
  const request: AdaptRequest = {
    modality: settings.preset.modality,
    pooling: settings.pooling,
    bits: options.bits,
    compute: options.compute,
    layers: options.layers,
    taps: options.taps,
    notice: await notice(source, about),
    ...settings.image,
  };
  say(`${name}: looking for hidden states in ${file}, ${megabytes(bytes)}`);
  const adapted = await adaptModel(bytes, besides(source, file), request);
  say(
    `${name}: ${adapted.layers} layers; taps ${adapted.taps.join(', ')}, ${settings.pooling} of the tokens; computes on ${adapted.compute}`,
  );
  const { sample } = settings;
  const expected = await referenceTaps(adapted, sample, settings.pooling);

  const files: EncoderFiles = {
    onnx: adapted.onnx,
    ...(settings.tokenizer ? { tokenizer: settings.tokenizer } : {}),
  };
  const draft = v.parse(presetSchema, {
    ...settings.preset,
    name,
    source: origin,
    license,
    languages: known?.languages,
    digest: await sha256(new Uint8Array(adapted.onnx)),
    taps: adapted.taps.map((tap, i) => ({ name: tap, width: expected.widths[i] })),
    contentTap: adapted.taps.length - 1,
  });
  const actual = await encodeSample(draft, files, sample);
  const cosines = expected.taps.map((tap, i) => agreement(actual[i], tap, expected.widths[i]));
  const lowest = judge(name, adapted.taps, cosines, options, say);
  const preset = v.parse(presetSchema, {
    ...draft,
    adapted: {
      pooling: settings.pooling,
      bits: options.bits,
      compute: adapted.compute,
      cosine: Number(lowest.toFixed(5)),
    },
  });
  await makeFolder(folder);
  if (files.tokenizer) await replaceFile(join(folder, `${name}.tokenizer.json`), files.tokenizer);
  await replaceFile(join(folder, `${name}.onnx`), files.onnx);
  await replaceFile(join(folder, presetFile(name)), `${JSON.stringify(preset, null, 2)}\n`);
  say(`${name}: wrote ${join(folder, `${name}.onnx`)}, ${megabytes(files.onnx)} (was ${megabytes(bytes)}), ${license}`);
  return preset;
}

/** Fails if a tap differs too much from the original or is constant. @returns the lowest cosine */
function judge(
  name: string,
  taps: string[],
  cosines: (number | null)[],
  { bits, minCosine = MIN_COSINE[bits] }: AdaptOptions,
  say: (line: string) => void,
): number {
  const dull = taps.filter((_, i) => cosines[i] === null);
  if (dull.length > 0) {
    const message = `${dull.join(', ')} is constant over all inputs. Choose other --layers, or --pool mean.`;
    throw new SidestreamError('encoder/bad-settings', message);
  }
  const values = cosines.map((cosine) => cosine ?? -1);
  const shown = taps.map((tap, i) => `${tap} ${values[i].toFixed(4)}`).join(', ');
  say(`${name}: ${bits}-bit weights; lowest cosine to the original: ${shown}`);
  const lowest = Math.min(...values);
  if (lowest >= minCosine) return lowest;
  const next = bits === 4 ? 'Take --bits 8' : 'Report the model, or use a lower --min-cosine';
  const message = `"${name}" differs too much from the original with ${bits}-bit weights: cosine ${lowest.toFixed(4)}, not ${minCosine}. ${next}.`;
  throw new SidestreamError('encoder/too-lossy', message);
}

async function encodeSample(preset: Preset, files: EncoderFiles, sample: SampleInputs): Promise<Float32Array[]> {
  const encoder = preset.modality === 'text' ? await createNodeEncoder(preset, files) : null;
  if (encoder) return encoder.encode([...SAMPLE_TEXTS]).finally(() => encoder.release());
  if (preset.modality !== 'image' || !('pictures' in sample)) throw new Error('The sample is of the wrong kind.');
  const image = await createNodeEncoder(preset, files);
  return image.encode(sample.pictures).finally(() => image.release());
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
  const { ids, padded } = createTokenizer(tokenizer, tokens);
  const texts = padded(SAMPLE_TEXTS.map(ids));
  const tokenizerDigest = await sha256(new TextEncoder().encode(tokenizer));
  return {
    pooling: asked ?? read.pooling ?? 'mean',
    preset: { modality, ...tokens, tokenizerDigest },
    tokenizer,
    sample: { texts, count: SAMPLE_TEXTS.length },
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
