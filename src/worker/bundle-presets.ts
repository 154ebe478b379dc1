import type { Manifest, Modality } from '../catalog';
import { bundlePreset, type ImagePreset, type Preset, type TextPreset } from '../encoders';
import { SidestreamError } from '../error';

/**
 * Presets of the encoders that a bundle was built with.
 * @throws SidestreamError `encoder/missing` when this code lacks them, or one is no encoder for its modality
 */
export function bundlePresets({ modalities }: Manifest): { text: TextPreset; image: ImagePreset } {
  const [text, image] = [presetOf(modalities.text), presetOf(modalities.image)];
  if (text.modality !== 'text') throw mismatch(text, 'text');
  if (image.modality !== 'image') throw mismatch(image, 'image');
  return { text, image };
}

const presetOf = ({ preset, encoder }: Manifest['modalities'][Modality]): Preset =>
  bundlePreset(preset, encoder?.settings);

function mismatch({ name }: Preset, modality: Modality): SidestreamError {
  return new SidestreamError(
    'encoder/missing',
    `The bundle names "${name}" as its ${modality} encoder, which it is not. Build the bundle again.`,
  );
}
