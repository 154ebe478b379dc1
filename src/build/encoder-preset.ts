import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { findPreset, type ImagePreset, PRESETS, type Preset, presetSchema, type TextPreset } from '../encoders';
import { SidestreamError } from '../error';

/** Name of the preset that `sidestream encoders add` writes beside an encoder made of a model of the hub or on disk. */
export const presetFile = (name: string): string => `${name}.preset.json`;

/**
 * The preset of an encoder: one of the package's own, or one made on this machine.
 * @param folder folder of the built encoders
 * @throws SidestreamError `encoder/missing` when there is none, or it is for the other modality
 */
export async function readPreset(name: string, folder: string, modality: 'text'): Promise<TextPreset>;
export async function readPreset(name: string, folder: string, modality: 'image'): Promise<ImagePreset>;
export async function readPreset(name: string, folder: string, modality: Preset['modality']): Promise<Preset> {
  const preset = (await madePreset(name, folder)) ?? findPreset(name);
  if (preset.modality === modality) return preset;
  const message = `"${name}" encodes ${preset.modality}, not ${modality}. Name it as the ${preset.modality} encoder.`;
  throw new SidestreamError('encoder/missing', message);
}

/**
 * A preset made on this machine; null when there is none of that name.
 * @throws SidestreamError `encoder/missing` when its file is damaged
 */
export async function madePreset(name: string, folder: string): Promise<Preset | null> {
  const path = join(folder, presetFile(name));
  if (PRESETS.some((preset) => preset.name === name) || !/^[a-z0-9-]+$/.test(name) || !existsSync(path)) return null;
  try {
    return v.parse(presetSchema, JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${path} cannot be read (${why}). Run "sidestream encoders add ${name}" again.`;
    throw new SidestreamError('encoder/missing', message, { cause });
  }
}
