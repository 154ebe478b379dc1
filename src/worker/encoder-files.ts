import type { Bundle } from '../catalog';
import type { BundleEncoders, Progress } from '../protocol';
import { encodersOf } from './loaded-catalog';

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
  // Few pages add an item.
  const { bundlePresets } = await import('./bundle-presets');
  const presets = bundlePresets(manifest);
  const [text, image, projection] = await Promise.all([
    bundle.encoder('text', report(0)),
    bundle.encoder('image', report(1)),
    bundle.projection(report(2)),
  ]);
  return {
    text: { ...text, preset: presets.text },
    image: { ...image, preset: presets.image },
    projection,
    dim: manifest.dim,
    recipe: manifest.text,
    encoders: encodersOf(manifest),
  };
}
