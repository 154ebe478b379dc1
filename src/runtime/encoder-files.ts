import type { Bundle, EncoderFiles, Manifest, Modality, TextRecipe } from '../catalog';
import { bundlePreset, type ImagePreset, type Preset, type TextPreset } from '../encoders';
import { SidestreamError } from '../error';
import type { Progress } from './api';
import { encodersOf } from './loaded-catalogue';

/** Everything the encoder worker needs to encode items as a bundle's own were. */
export interface BundleEncoders {
  text: EncoderFiles & { preset: TextPreset };
  image: EncoderFiles & { preset: ImagePreset };
  /** Statistics and projections of all taps, as the bundle stores them. */
  projection: ArrayBuffer;
  /** Width D of every projected tap. */
  dim: number;
  /** What the text encoder reads of an item. */
  recipe: TextRecipe;
  /** Names the encoders, see LocalItem. */
  encoders: string;
}

/**
 * Fetches encoders and projection of a bundle.
 * @throws SidestreamError `encoder/missing` when the bundle was built without them or with presets this code lacks;
 *   `bundle/*` when a file cannot be had
 */
export async function bundleEncoders(
  bundle: Bundle,
  onProgress: (progress: Progress) => void,
): Promise<BundleEncoders> {
  const parts = [0, 0, 0];
  const totals = [0, 0, 0];
  const report = (part: number) => (loaded: number, total: number) => {
    parts[part] = loaded;
    totals[part] = total;
    const sum = (values: number[]) => values.reduce((a, b) => a + b);
    onProgress({ stage: 'encoders', loaded: sum(parts), total: sum(totals) });
  };
  const { manifest } = bundle;
  const [text, image, projection] = await Promise.all([
    bundle.encoder('text', report(0)),
    bundle.encoder('image', report(1)),
    bundle.projection(report(2)),
  ]);
  const textPreset = presetOf(manifest.modalities.text);
  const imagePreset = presetOf(manifest.modalities.image);
  if (textPreset.modality !== 'text') throw mismatch(textPreset, 'text');
  if (imagePreset.modality !== 'image') throw mismatch(imagePreset, 'image');
  return {
    text: { ...text, preset: textPreset },
    image: { ...image, preset: imagePreset },
    projection,
    dim: manifest.dim,
    recipe: manifest.text,
    encoders: encodersOf(manifest),
  };
}

const presetOf = ({ preset, encoder }: Manifest['modalities'][Modality]): Preset =>
  bundlePreset(preset, encoder?.settings);

function mismatch({ name }: Preset, modality: Modality): SidestreamError {
  return new SidestreamError(
    'encoder/missing',
    `The bundle names "${name}" as its ${modality} encoder, which it is not. Build the bundle again.`,
  );
}
