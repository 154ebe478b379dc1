import { SidestreamError } from '../../error';
import type { Affine } from './differentiable';
import { LADDERS, type Ladder, type Layer } from './layer';
import type { UserEncoder } from './user-encoder';
import type { StateDict } from './weights';

// The names of the authors' checkpoints. Files contain them; in the code, only this file uses them.

/** Per ladder and layer, a number of experts. */
export type ExpertCounts = Record<Ladder, number[]>;

const affineNames = (prefix: string): Affine<string> => ({ weight: `${prefix}.weight`, bias: `${prefix}.bias` });

const FUSION_NAMES = affineNames('multimodal_encoder.com_dense');

const ladderPrefix = (ladder: Ladder): string =>
  `multimodal_encoder.${ladder === 'image' ? 'cv_encoder' : 'text_encoder'}`;

function expertNames(ladder: Ladder, layer: number, expert: number): { down: string; up: string } {
  const prefix = `${ladderPrefix(ladder)}.moes.${layer}.experts.${expert}`;
  return { down: `${prefix}.fc_down.weight`, up: `${prefix}.fc_up.weight` };
}

const routerNames = (ladder: Ladder, layer: number): Affine<string> =>
  affineNames(`${ladderPrefix(ladder)}.routers.${layer}.linear`);

function layerNames(ladder: Ladder, layer: number, experts: number, bias: boolean): Layer<string> {
  const router = routerNames(ladder, layer);
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

/** Nested names with a `T` instead of every name. */
type Named<Names, T> = Names extends string ? T : { [Key in keyof Names]: Named<Names[Key], T> };

function read<Names extends object | string, T>(state: StateDict<T>, names: Names): Named<Names, T>;
function read(state: StateDict<unknown>, names: object | string): unknown {
  if (typeof names === 'string') return entryOf(state, names);
  if (Array.isArray(names)) return names.map((part) => read(state, part));
  return Object.fromEntries(Object.entries(names).map(([key, part]) => [key, read(state, part)]));
}

function entriesOf<Names extends object, T>(names: Names, parts: Named<Names, T>): [string, T][];
function entriesOf(names: object, parts: Record<string, object>): [string, unknown][] {
  return Object.entries(names).flatMap(([key, name]): [string, unknown][] =>
    typeof name === 'string' ? [[name, parts[key]]] : entriesOf(name, parts[key]),
  );
}

const flat = (names: object): string[] =>
  Object.values(names).flatMap((name) => (typeof name === 'string' ? [name] : flat(name)));

/** The entry of that name. @throws SidestreamError `model/bad-weights` when it is missing */
export function entryOf<T>(state: StateDict<T>, name: string): T {
  if (Object.hasOwn(state, name)) return state[name];
  throw new SidestreamError(
    'model/bad-weights',
    `The weight "${name}" is missing; load the complete weights of one model.`,
  );
}

/** Names of the layers of a ladder: consecutive layers up to the first gap, each with its experts up to the first gap. */
function namesOf(state: StateDict<unknown>, ladder: Ladder): Layer<string>[] {
  const layers: Layer<string>[] = [];
  for (let layer = 0; Object.hasOwn(state, routerNames(ladder, layer).weight); layer++) {
    let experts = 0;
    while (Object.hasOwn(state, expertNames(ladder, layer, experts).down)) experts++;
    layers.push(layerNames(ladder, layer, experts, Object.hasOwn(state, routerNames(ladder, layer).bias)));
  }
  return layers;
}

/**
 * The mixture layers of one ladder; empty if the ladder does not exist.
 * @throws SidestreamError `model/bad-weights` when half of an expert is missing
 */
export const layersOf = <T>(state: StateDict<T>, ladder: Ladder): Layer<T>[] => read(state, namesOf(state, ladder));

/** Number of experts of every layer. */
export const expertCounts = (state: StateDict<unknown>): ExpertCounts => ({
  text: namesOf(state, 'text').map(({ experts }) => experts.length),
  image: namesOf(state, 'image').map(({ experts }) => experts.length),
});

/** Layers as entries of a state dict. */
export const ladderEntries = <T>(ladders: Record<Ladder, readonly Layer<T>[]>): Record<string, T> =>
  Object.fromEntries(
    LADDERS.flatMap((ladder) =>
      ladders[ladder].flatMap((layer, index) =>
        entriesOf<Layer<string>, T>(
          layerNames(ladder, index, layer.experts.length, layer.router.bias !== undefined),
          layer,
        ),
      ),
    ),
  );

/** The state dict with every layer replaced by the result of `change`; all other entries stay. */
export function mapLayers<T>(
  state: StateDict<T>,
  change: (layer: Layer<T>, ladder: Ladder, index: number) => Layer<T>,
): StateDict<T> {
  const changed = (ladder: Ladder): Layer<T>[] =>
    layersOf(state, ladder).map((layer, index) => change(layer, ladder, index));
  const after = ladderEntries({ text: changed('text'), image: changed('image') });
  const before = new Set(LADDERS.flatMap((ladder) => flat(namesOf(state, ladder))));
  const kept = Object.entries(state).filter(([name]) => !before.has(name) || Object.hasOwn(after, name));
  return { ...Object.fromEntries(kept), ...after };
}

/** @throws SidestreamError `model/bad-weights` when a part of the fusion is missing */
export const fusionOf = <T>(state: StateDict<T>): Affine<T> => read(state, FUSION_NAMES);

/**
 * The user encoder, with the blocks that follow each other without a gap.
 * @throws SidestreamError `model/bad-weights` when a part is missing
 */
export function userEncoderOf<T>(state: StateDict<T>): UserEncoder<T> {
  let blocks = 0;
  while (Object.hasOwn(state, userEncoderNames(blocks + 1).blocks[blocks].query)) blocks++;
  return read(state, userEncoderNames(blocks));
}

/** A user encoder as entries of a state dict. */
export const userEncoderEntries = <T>(encoder: UserEncoder<T>): Record<string, T> =>
  Object.fromEntries(entriesOf<UserEncoder<string>, T>(userEncoderNames(encoder.blocks.length), encoder));
