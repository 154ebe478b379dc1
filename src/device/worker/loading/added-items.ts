// Products that a page adds. Few pages do.

import * as Comlink from 'comlink';
import * as v from 'valibot';
import { type Item, type Manifest, MODALITIES, type Modality } from '../../../core/catalog';
import { bundlePreset, decodeProjection, type Preset } from '../../../core/encoders';
import { SidestreamError } from '../../../error';
import { type BundleEncoders, type QueryEncoder, runsSchema } from '../../protocol';
import { localItemSchema } from '../../store';
import { type Call, takes } from '../call';
import { encodersOf } from '../catalog/catalog';

type Files = Pick<Call, 'catalog' | 'reports'>;

/**
 * Fetches encoders and projection of a bundle, to be transferred to the page.
 * @throws SidestreamError `encoder/missing` when the bundle was built without them or with presets this code lacks;
 *   `bundle/*` when a file cannot be loaded
 */
export async function encoderFiles({ catalog: { bundle }, reports }: Files): Promise<BundleEncoders> {
  const parts = [0, 0, 0];
  const totals = [0, 0, 0];
  const report = (part: number) => (loaded: number, total: number) => {
    parts[part] = loaded;
    totals[part] = total;
    const sum = (values: number[]) => values.reduce((a, b) => a + b);
    reports.progress({ stage: 'encoders', loaded: sum(parts), total: sum(totals) });
  };
  const { manifest } = bundle;
  const [textPreset, imagePreset] = [presetOf(manifest.modalities.text), presetOf(manifest.modalities.image)];
  if (textPreset.modality !== 'text') throw mismatch(textPreset, 'text');
  if (imagePreset.modality !== 'image') throw mismatch(imagePreset, 'image');
  const [text, image, projection] = await Promise.all([
    bundle.encoder('text', report(0)),
    bundle.encoder('image', report(1)),
    bundle.projection(report(2)),
  ]);
  const files: BundleEncoders = {
    text: { ...text, preset: textPreset },
    image: { ...image, preset: imagePreset },
    projection,
    dim: manifest.dim,
    recipe: manifest.text,
    encoders: encodersOf(manifest),
  };
  return Comlink.transfer(files, [files.text.onnx, files.image.onnx, files.projection]);
}

/** The same for queries of one modality. */
export const queryEncoder = takes(
  'queryEncoder()',
  [['modality', v.picklist(MODALITIES)]],
  async ({ catalog: { bundle }, reports }: Files, modality) => {
    const named = bundle.manifest.modalities[modality];
    const preset = presetOf(named);
    if (preset.modality !== modality) throw mismatch(preset, modality);
    const projection = await bundle.projection();
    // Texts of which only the words are compared need no encoder.
    const read = modality === 'image' || decodeProjection(projection).lexical?.share !== 0;
    const encoder = read
      ? await bundle.encoder(modality, (loaded, total) => reports.progress({ stage: 'encoders', loaded, total }))
      : null;
    const files: QueryEncoder = { encoder, modality, preset, projection, tap: named.contentTap };
    return Comlink.transfer(files, [...(encoder ? [encoder.onnx] : []), files.projection]);
  },
);

const presetOf = ({ preset, encoder }: Manifest['modalities'][Modality]): Preset =>
  bundlePreset(preset, encoder?.settings);

function mismatch({ name }: Preset, modality: Modality): SidestreamError {
  return new SidestreamError(
    'encoder/missing',
    `The bundle names "${name}" as its ${modality} encoder, but it is not one. Build the bundle again.`,
  );
}

/**
 * Adds an item that this device encoded to the catalogue, and stores it.
 * @throws SidestreamError `runtime/invalid-input` if the shop already has its id, `store/*`
 */
export const insertItem = takes(
  'insertItem()',
  [
    ['item', localItemSchema],
    ['runs', runsSchema],
  ],
  async (
    {
      catalog,
      shards,
      shopper,
      device,
      changes,
      operation,
      era,
    }: Pick<Call, 'catalog' | 'shards' | 'shopper' | 'device' | 'changes' | 'operation' | 'era'>,
    local,
    runs,
  ): Promise<Item> => {
    operation.ran(runs);
    const { id } = local.item;
    const taken = new SidestreamError(
      'runtime/invalid-input',
      `catalog.insert(): the shop already has an item "${id}"; choose another id.`,
    );
    if (await shards?.find(id)) throw taken;
    await shopper.turns.change(async ({ learner }) => {
      if (!catalog.accepts(local)) throw taken;
      await device.within(era, (store) => store.saveLocalItem(local));
      catalog.add([local]);
      learner.setCatalog(catalog);
    });
    changes.announce();
    return local.item;
  },
);
