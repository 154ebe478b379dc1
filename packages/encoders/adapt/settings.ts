import * as v from 'valibot';
import type { Framing } from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';
import type { Pooling } from './adapt';
import type { Normalization } from './model-inputs';

/** The small files beside a model, parsed as JSON; undefined for a missing file. */
type ModelFiles = Partial<Record<'config' | 'tokenizer' | 'tokenizerConfig' | 'sentence' | 'pooling', unknown>>;

const positive = v.pipe(v.number(), v.minValue(1));
const configSchema = v.looseObject({ max_position_embeddings: v.nullish(positive), image_size: v.nullish(v.number()) });
const tokenizerConfigSchema = v.looseObject({ model_max_length: v.nullish(v.number()) });
const sentenceSchema = v.looseObject({ max_seq_length: v.nullish(positive) });
const poolingSchema = v.looseObject({
  pooling_mode_cls_token: v.nullish(v.boolean()),
  pooling_mode_mean_tokens: v.nullish(v.boolean()),
});
const tokenizerSchema = v.looseObject({
  padding: v.nullish(v.looseObject({ pad_id: v.nullish(v.number()) })),
  added_tokens: v.nullish(v.array(v.looseObject({ id: v.number(), content: v.string() }))),
});
const side = v.pipe(v.number(), v.integer(), v.minValue(1));
const sizeSchema = v.union([
  side,
  v.looseObject({ height: side, width: side }),
  v.looseObject({ shortest_edge: side }),
]);
const channels = v.pipe(v.array(v.number()), v.length(3));
const preprocessorSchema = v.looseObject({
  do_resize: v.nullish(v.boolean()),
  size: v.nullish(sizeSchema),
  do_center_crop: v.nullish(v.boolean()),
  crop_size: v.nullish(sizeSchema),
  resample: v.nullish(v.number()),
  do_rescale: v.nullish(v.boolean()),
  rescale_factor: v.nullish(v.number()),
  do_normalize: v.nullish(v.boolean()),
  image_mean: v.nullish(channels),
  image_std: v.nullish(channels),
});

/** Codes of the Python Imaging Library. */
const FILTERS: Record<number, Framing['filter']> = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' };

/** Reads how texts are to be prepared; the pooling is null if the files do not name it. @throws SidestreamError `encoder/bad-settings` naming file and field */
export function textSettings(files: ModelFiles) {
  const config = read(configSchema, files.config ?? {}, 'config.json');
  const tokenizerConfig = read(tokenizerConfigSchema, files.tokenizerConfig ?? {}, 'tokenizer_config.json');
  const sentence = read(sentenceSchema, files.sentence ?? {}, 'sentence_bert_config.json');
  const tokenizer = read(tokenizerSchema, files.tokenizer ?? {}, 'tokenizer.json');
  const limits = [config.max_position_embeddings, tokenizerConfig.model_max_length, sentence.max_seq_length];
  const named = tokenizer.added_tokens?.find(({ content }) => content === '[PAD]' || content === '<pad>')?.id;
  const modes = files.pooling ? read(poolingSchema, files.pooling, '1_Pooling/config.json') : null;
  const pooling: Pooling | null = modes?.pooling_mode_cls_token
    ? 'cls'
    : modes?.pooling_mode_mean_tokens
      ? 'mean'
      : null;
  return {
    maxTokens: Math.min(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY)),
    padId: tokenizer.padding?.pad_id ?? named ?? 0,
    pooling,
  };
}

/**
 * Reads how pictures are to be prepared: `preprocessor_config.json`, as the hub's models have it.
 * @throws SidestreamError `encoder/bad-settings` naming file and field
 */
export function imageSettings(preprocessor: unknown): { framing: Framing; normalization: Normalization } {
  if (!preprocessor) {
    const message =
      'The model has no preprocessor_config.json, which describes how to prepare pictures. Add one beside it.';
    throw new SidestreamError('encoder/bad-settings', message);
  }
  const config = read(preprocessorSchema, preprocessor, 'preprocessor_config.json');
  const scale = config.do_rescale === false ? 255 : 255 * (config.rescale_factor ?? 1 / 255);
  const plain = config.do_normalize === false || !config.image_mean || !config.image_std;
  const normalization = {
    scale,
    mean: plain ? [0, 0, 0] : (config.image_mean ?? []),
    deviation: plain ? [1, 1, 1] : (config.image_std ?? []),
  };
  return { framing: framingOf(config), normalization };
}

function framingOf(config: v.InferOutput<typeof preprocessorSchema>): Framing {
  const filter = FILTERS[config.resample ?? 2] ?? 'bilinear';
  const { size, crop_size: crop } = config;
  if (config.do_center_crop && crop) {
    const shortestEdge =
      typeof size === 'number' ? size : size && 'shortest_edge' in size ? Number(size.shortest_edge) : 0;
    const square = sideOf(crop, 'crop_size');
    return { size: square, fit: 'crop', shortestEdge: Math.max(shortestEdge, square), filter };
  }
  // Older files give one number and mean both sides.
  if (size && (typeof size === 'number' || 'height' in size))
    return { size: sideOf(size, 'size'), fit: 'stretch', filter };
  if (size) return { size: sideOf(size, 'size'), fit: 'crop', shortestEdge: sideOf(size, 'size'), filter };
  throw new SidestreamError('encoder/bad-settings', 'preprocessor_config.json: size: is missing. Add it.');
}

function sideOf(size: v.InferOutput<typeof sizeSchema>, field: string): number {
  if (typeof size === 'number') return size;
  if ('shortest_edge' in size) return Number(size.shortest_edge);
  if (size.height === size.width) return Number(size.height);
  const message = `preprocessor_config.json: ${field}: ${size.height} x ${size.width} is not square. Only square pictures work.`;
  throw new SidestreamError('encoder/bad-settings', message);
}

function read<Schema extends v.GenericSchema>(schema: Schema, value: unknown, file: string): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const message = `${file}: ${v.getDotPath(issue) ?? 'file'}: ${issue.message}. Correct the file.`;
  throw new SidestreamError('encoder/bad-settings', message);
}
