import * as v from 'valibot';
import mobilenetV2 from '../../../models/mobilenet-v2.json' with { type: 'json' };
import useLite from '../../../models/use-lite.json' with { type: 'json' };
import { SidestreamError } from '../../error';
import { type ImagePreset, type Preset, presetSchema, type TextPreset } from './preset';

/** A preset whose encoder is made from an npm package by a recipe. */
export type PackagePreset = Preset & { source: Extract<Preset['source'], { kind: 'npm' }> };

/** The package's presets, complete. */
export const PRESETS: readonly PackagePreset[] = [useLite, mobilenetV2].map((json) => {
  const preset = v.parse(presetSchema, json);
  const { source } = preset;
  if (source.kind !== 'npm') throw new Error(`models/${preset.name}.json does not name an npm package.`);
  return { ...preset, source };
});

/** @throws SidestreamError `encoder/missing` when no preset has that name */
export function findPreset(name: string): PackagePreset {
  const preset = PRESETS.find((candidate) => candidate.name === name);
  if (preset) return preset;
  const known = PRESETS.map((candidate) => candidate.name).join(', ');
  throw new SidestreamError('encoder/missing', `There is no encoder "${name}". Known encoders: ${known}.`);
}

/**
 * The preset that a bundle names: one of the package's, or the bundle's own.
 * @param settings preset in the bundle; undefined for a preset of the package
 * @throws SidestreamError `encoder/missing` when neither exists, or this version cannot read it
 */
export function bundlePreset(name: string, settings: unknown): Preset {
  if (settings === undefined) return findPreset(name);
  const result = v.safeParse(presetSchema, settings);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const why = `${v.getDotPath(issue) ?? 'preset'}: ${issue.message}`;
  const message = `The bundle's encoder "${name}" is of a kind unknown to this page (${why}). Build both with the same version.`;
  throw new SidestreamError('encoder/missing', message);
}

/** Default encoders of a build. */
export const DEFAULT_PRESETS = {
  text: modality('text', useLite.name),
  image: modality('image', mobilenetV2.name),
};

function modality(kind: 'text', name: string): TextPreset & PackagePreset;
function modality(kind: 'image', name: string): ImagePreset & PackagePreset;
function modality(kind: Preset['modality'], name: string): PackagePreset {
  const preset = findPreset(name);
  if (preset.modality !== kind) throw new Error(`models/${name}.json is not a preset for ${kind}.`);
  return preset;
}
