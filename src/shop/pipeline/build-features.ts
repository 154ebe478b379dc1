import { createTable, type FeatureTable, type Item, itemText, type TextRecipe } from '../../core/catalog';
import {
  fitProjection,
  type ImagePreset,
  type Preset,
  type Projection,
  type Projections,
  type TextPreset,
} from '../../core/encoders';
import { type ChunkRunner, shareProjection } from './chunk';
import { type EncodedModality, encodeModality } from './encode-modality';
import type { CacheFolder } from './feature-cache';
import type { Meter } from './meter';

/** Width D of every projected tap. */
export const DIM = 128;

export interface FeaturesTask {
  items: Item[];
  text: TextRecipe;
  /** Reads a picture that an item names. */
  readPicture(name: string): Promise<Uint8Array>;
  pictureRows: number[];
  /** Called for a picture that cannot be read or decoded; its item then has no picture. An error thrown here ends the build. */
  rejectPicture(row: number, reason: string): void;
  presets: { text: TextPreset; image: ImagePreset };
  /** Names and versions of the libraries that decode and encode. */
  runtime: string;
  runner: ChunkRunner;
  /** Projections to use; fitted if absent. */
  fixed: Projections;
  /** Called with the table before its rows are filled: a row that is not yet encoded is zero. */
  onTable?(features: FeatureTable): void;
  /** Folder of the cached features. */
  cache: CacheFolder;
  meter: Meter;
}

export interface BuiltFeatures {
  features: FeatureTable;
  projections: Required<Pick<Projections, 'text' | 'image'>>;
  /** Number of items to which the projections of this build were fitted, by digest. */
  fitted: Record<string, number>;
  /** Number of inputs encoded by this build. */
  encoded: number;
  /** Number of rows whose input an earlier build had encoded. */
  reused: number;
}

/** Key that a row of one modality shares with other variants of its product; undefined for an item without a group. */
export const sharedInput = ({ group }: Pick<Item, 'group'>, input: string): string | undefined =>
  group ? `${group}\n${input}` : undefined;

/** Encodes the texts and pictures of a catalogue. */
export async function buildFeatures(task: FeaturesTask): Promise<BuiltFeatures> {
  const { items, text, pictureRows, presets, fixed } = task;
  const taps = { text: presets.text.taps.length, image: presets.image.taps.length };
  const features = createTable({ dim: DIM, taps }, items.length);
  task.onTable?.(features);
  const common = { ...task, features, id: (row: number) => items[row].id };
  const texts = await encodeModality({
    ...common,
    labels: { one: 'Text', many: 'Texts' },
    modality: 'text',
    preset: presets.text,
    rows: items.map((_, row) => row),
    fixed: fixed.text,
    load: async (row) => itemText(items[row], text),
    repeated: (row) => sharedInput(items[row], itemText(items[row], text)),
    reject(row, reason) {
      throw new Error(`The text of ${items[row].id} cannot be encoded: ${reason}`);
    },
  });
  const images =
    pictureRows.length > 0
      ? await encodeModality({
          ...common,
          labels: { one: 'Picture', many: 'Pictures' },
          modality: 'image',
          preset: presets.image,
          rows: pictureRows,
          fixed: fixed.image,
          load: (row) => task.readPicture(items[row].image ?? ''),
          repeated: (row) => sharedInput(items[row], items[row].image ?? ''),
          reject: task.rejectPicture,
        })
      : null;

  const fitted: Record<string, number> = {};
  const projection = async (modality: 'text' | 'image', made: EncodedModality | null): Promise<Projection> => {
    const of = made?.projection ?? fixed[modality] ?? emptyProjection(presets[modality]);
    if (made?.fitted) fitted[(await shareProjection(modality, of)).digest] = made.fitted;
    return of;
  };
  return {
    features,
    projections: { text: await projection('text', texts), image: await projection('image', images) },
    fitted,
    encoded: texts.encoded + (images?.encoded ?? 0),
    reused: texts.reused + (images?.reused ?? 0),
  };
}

/** The projection of a modality that no item has: every row becomes zero, which means missing. */
const emptyProjection = (preset: Preset): Projection =>
  fitProjection(
    preset.taps.map(({ width }) => new Float32Array(width)),
    1,
    { dim: DIM },
  );
