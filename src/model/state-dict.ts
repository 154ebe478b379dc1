import { SidestreamError } from '../error';
import type { Affine } from './differentiable';
import { LADDERS, type Ladder, type Layer, mapLayer, partsOf } from './layer';
import { mapUserEncoder, type UserEncoder } from './user-encoder';
import type { StateDict } from './weights';

// The names of the authors' checkpoints. Files hold them; in the code only this file knows them.

/** Per ladder and layer, a number of experts. */
export type ExpertCounts = Record<Ladder, number[]>;

const LADDER_PREFIX: Record<Ladder, string> = {
  text: 'multimodal_encoder.text_encoder',
  image: 'multimodal_encoder.cv_encoder',
};

const affineNames = (prefix: string): Affine<string> => ({ weight: `${prefix}.weight`, bias: `${prefix}.bias` });

const FUSION = affineNames('multimodal_encoder.com_dense');

function expertNames(ladder: Ladder, layer: number, expert: number): { down: string; up: string } {
  const prefix = `${LADDER_PREFIX[ladder]}.moes.${layer}.experts.${expert}`;
  return { down: `${prefix}.fc_down.weight`, up: `${prefix}.fc_up.weight` };
}

function layerNames(ladder: Ladder, layer: number, experts: number, bias: boolean): Layer<string> {
  const router = affineNames(`${LADDER_PREFIX[ladder]}.routers.${layer}.linear`);
  return {
    experts: Array.from({ length: experts }, (_, expert) => expertNames(ladder, layer, expert)),
    router: bias ? router : { weight: router.weight },
  };
}

function userEncoderNames(blocks: number): UserEncoder<string> {
  const user = 'user_encoder.encoder';
  return {
    position: `${user}.position_embedding.weight`,
    norm: affineNames(`${user}.layer_norm`),
    blocks: Array.from({ length: blocks }, (_, block) => {
      const attention = `${user}.transformer_blocks.${block}.multi_head_attention`;
      const feedForward = `${user}.transformer_blocks.${block}.feed_forward`;
      return {
        query: `${attention}.w_Q.weight`,
        key: `${attention}.w_K.weight`,
        value: `${attention}.w_V.weight`,
        output: `${attention}.fc.weight`,
        inner: affineNames(`${feedForward}.w_1`),
        outer: affineNames(`${feedForward}.w_2`),
        attentionNorm: affineNames(`${attention}.layer_norm`),
        feedForwardNorm: affineNames(`${feedForward}.layer_norm`),
      };
    }),
  };
}

/**
 * The entry of that name.
 * @throws SidestreamError `model/bad-weights` when it is missing
 */
export function entryOf<T>(state: StateDict<T>, name: string): T {
  if (Object.hasOwn(state, name)) return state[name];
  throw new SidestreamError(
    'model/bad-weights',
    `The weight "${name}" is missing; load the complete weights of one model.`,
  );
}

/** Names of the layers of a ladder: those that follow each other without a gap, each with its experts up to a gap. */
function namesOf(state: StateDict<unknown>, ladder: Ladder): Layer<string>[] {
  const has = (name: string | undefined): boolean => name !== undefined && Object.hasOwn(state, name);
  const layers: Layer<string>[] = [];
  for (;;) {
    const { router } = layerNames(ladder, layers.length, 0, true);
    if (!has(router.weight)) return layers;
    let experts = 0;
    while (has(expertNames(ladder, layers.length, experts).down)) experts++;
    layers.push(layerNames(ladder, layers.length, experts, has(router.bias)));
  }
}

/**
 * The mixture layers of one ladder; none where there is no such ladder.
 * @throws SidestreamError `model/bad-weights` when half of an expert is missing
 */
export const layersOf = <T>(state: StateDict<T>, ladder: Ladder): Layer<T>[] =>
  namesOf(state, ladder).map((names) => mapLayer(names, (name) => entryOf(state, name)));

/** Number of experts of every layer. */
export const expertCounts = (state: StateDict<unknown>): ExpertCounts => ({
  text: namesOf(state, 'text').map(({ experts }) => experts.length),
  image: namesOf(state, 'image').map(({ experts }) => experts.length),
});

/** Layers as entries of a state dict. */
export const ladderEntries = <T>(ladders: Record<Ladder, readonly Layer<T>[]>): Record<string, T> =>
  Object.fromEntries(
    LADDERS.flatMap((ladder) =>
      ladders[ladder].flatMap((layer, index) => {
        const names = layerNames(ladder, index, layer.experts.length, layer.router.bias !== undefined);
        const parts = partsOf(layer);
        return partsOf(names).map((name, part): [string, T] => [name, parts[part]]);
      }),
    ),
  );

/** The state dict with every layer replaced by what `change` makes of it; all other entries stay. */
export function mapLayers<T>(
  state: StateDict<T>,
  change: (layer: Layer<T>, ladder: Ladder, index: number) => Layer<T>,
): StateDict<T> {
  const changed = (ladder: Ladder): Layer<T>[] =>
    layersOf(state, ladder).map((layer, index) => change(layer, ladder, index));
  const after = ladderEntries({ text: changed('text'), image: changed('image') });
  const before = new Set(LADDERS.flatMap((ladder) => namesOf(state, ladder).flatMap(partsOf)));
  const kept = Object.entries(state).filter(([name]) => !before.has(name) || Object.hasOwn(after, name));
  return { ...Object.fromEntries(kept), ...after };
}

/** Names of the weights that learn when older experts are frozen: all but the experts that are not the newest of their layer. */
export function trainableNames(state: StateDict<unknown>): string[] {
  const frozen = new Set(
    LADDERS.flatMap((ladder) =>
      namesOf(state, ladder).flatMap(({ experts }) => experts.slice(0, -1).flatMap(({ down, up }) => [down, up])),
    ),
  );
  return Object.keys(state).filter((name) => !frozen.has(name));
}

/** Names of the newest expert of every layer, and of the layer's router. */
export const newestNames = (state: StateDict<unknown>): Layer<string>[] =>
  LADDERS.flatMap((ladder) =>
    namesOf(state, ladder).map(({ experts, router }) => ({ experts: experts.slice(-1), router })),
  );

/** @throws SidestreamError `model/bad-weights` when a part of the fusion is missing */
export const fusionOf = <T>(state: StateDict<T>): Affine<T> => ({
  weight: entryOf(state, FUSION.weight),
  bias: entryOf(state, FUSION.bias),
});

/** The fusion as entries of a state dict. */
export const fusionEntries = <T>({ weight, bias }: Affine<T>): Record<string, T> => ({
  [FUSION.weight]: weight,
  [FUSION.bias]: bias,
});

/**
 * The user encoder, with the blocks that follow each other without a gap.
 * @throws SidestreamError `model/bad-weights` when a part is missing
 */
export function userEncoderOf<T>(state: StateDict<T>): UserEncoder<T> {
  let blocks = 0;
  while (Object.hasOwn(state, userEncoderNames(blocks + 1).blocks[blocks].query)) blocks++;
  return mapUserEncoder(userEncoderNames(blocks), (name) => entryOf(state, name));
}

/** A user encoder as entries of a state dict. */
export function userEncoderEntries<T>(encoder: UserEncoder<T>): Record<string, T> {
  const names: string[] = [];
  const parts: T[] = [];
  mapUserEncoder(userEncoderNames(encoder.blocks.length), (name) => names.push(name));
  mapUserEncoder(encoder, (part) => parts.push(part));
  return Object.fromEntries(names.map((name, part) => [name, parts[part]]));
}
