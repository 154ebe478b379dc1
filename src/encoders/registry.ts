import * as v from 'valibot';
import mobilenetV2 from '../../models/mobilenet-v2.json' with { type: 'json' };
import useLite from '../../models/use-lite.json' with { type: 'json' };
import { SidestreamError } from '../error';
import { type ImagePreset, type Preset, presetSchema, type TextPreset } from './preset';

/** The presets that come with the package. */
export const PRESETS: readonly Preset[] = [useLite, mobilenetV2].map((json) => v.parse(presetSchema, json));

/** @throws SidestreamError `encoder/missing` when there is no preset of that name */
export function findPreset(name: string): Preset {
  const preset = PRESETS.find((candidate) => candidate.name === name);
  if (preset) return preset;
  const known = PRESETS.map((candidate) => candidate.name).join(', ');
  throw new SidestreamError('encoder/missing', `There is no encoder "${name}". Known encoders: ${known}.`);
}

/** The encoders a bundle is built with unless others are named. */
export const DEFAULT_PRESETS = {
  text: modality('text', useLite.name),
  image: modality('image', mobilenetV2.name),
};

function modality(kind: 'text', name: string): TextPreset;
function modality(kind: 'image', name: string): ImagePreset;
function modality(kind: Preset['modality'], name: string): Preset {
  const preset = findPreset(name);
  if (preset.modality !== kind) throw new Error(`models/${name}.json is not a preset for ${kind}.`);
  return preset;
}
