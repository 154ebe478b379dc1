import type { BundleContent } from '../src/core/catalog/bundle/write-bundle';
import { bundleFeatures, createTable, type FeatureTable, pickRows } from '../src/core/catalog/features/feature-table';
import type { Item } from '../src/core/catalog/item';
import { sha256 } from '../src/core/common/bytes';

/** A small bundle content with features that differ in every place. */
export async function bundleContent(items: Item[], dim = 4): Promise<BundleContent> {
  const onnx = new TextEncoder().encode('text encoder');
  const features = createTable({ dim, taps: { text: 2, image: 3 } }, items.length);
  features.values.forEach((_, i) => {
    features.values[i] = ((i * 37) % 255) - 127;
  });
  features.scales.forEach((_, i) => {
    features.scales[i] = i % 7 === 3 ? 0 : (i + 1) / 8;
  });
  return {
    items,
    features,
    text: 'title-description',
    encoders: {
      text: {
        preset: 'text-preset',
        digest: await sha256(onnx),
        taps: ['a', 'b'],
        contentTap: 1,
        contentWeight: 0.5,
        files: { onnx, tokenizer: new TextEncoder().encode('{"tokens":["é"]}') },
      },
      image: {
        preset: 'image-preset',
        digest: 'f'.repeat(64),
        taps: ['c', 'd', 'e'],
        contentTap: 0,
        contentWeight: 0.5,
      },
    },
    projection: new Uint8Array([1, 2, 3, 4, 5]),
  };
}

/** The features that a bundle of this content has: the content tap of each modality, in fewer steps. */
export const contentTaps = ({ features, encoders: { text, image } }: BundleContent): FeatureTable =>
  bundleFeatures(
    pickRows(features, [...Array(features.count).keys()], { text: [text.contentTap], image: [image.contentTap] }),
  );

/** A complete item. */
export const makeItem = (id: string, more: Partial<Item> = {}): Item => ({
  id,
  title: `Title of ${id}`,
  description: '',
  category: 'Food/Fruit',
  availability: 'in-stock',
  attributes: {},
  ...more,
});

/** A bundle in memory: a sink to write it and a fetch to read it. */
export function memoryBundle() {
  const files = new Map<string, Uint8Array>();
  const fetched: string[] = [];
  return {
    files,
    fetched,
    sink: async (name: string, bytes: Uint8Array): Promise<void> => {
      files.set(name, bytes.slice());
    },
    fetchFile: async (name: string): Promise<Response> => {
      fetched.push(name);
      const bytes = files.get(name);
      return bytes
        ? new Response(bytes.slice())
        : new Response('no such file', { status: 404, statusText: 'Not Found' });
    },
  };
}
