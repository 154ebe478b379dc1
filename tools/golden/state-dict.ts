import type { StateDict } from '../../packages/shop/training/model/weights';
import { SidestreamError } from '../../src/error';
import type { Affine } from './parameters';
import { affineNames, entriesOf, read } from './user-encoder';

/** The two side networks, one for each modality. */
export type Ladder = 'text' | 'image';

export const LADDERS = ['text', 'image'] as const satisfies Ladder[];

/** One mixture layer of n experts: its weights, or the tensors, names or shapes of its weights. */
export interface Layer<T> {
  /** Oldest first: down [H, D], up [D, H]. */
  experts: { down: T; up: T }[];
  /** Gate over the backbone (row 0) and the experts: weight [n + 1, D], bias [n + 1]. No bias is the same as zeros. */
  router: { weight: T; bias?: T };
}

/** Checks that the parts of a layer fit each other. @throws SidestreamError `model/bad-shape` */
export function checkLayer({ experts, router: { weight, bias } }: Layer<{ shape: number[] }>): void {
  const [rows, dim] = weight.shape;
  const is = ({ shape }: { shape: number[] }, ...sides: number[]): boolean => shape.join() === sides.join();
  const whole =
    is(weight, experts.length + 1, dim) &&
    (!bias || is(bias, rows)) &&
    experts.every(({ down, up }) => is(down, down.shape[0], dim) && is(up, dim, down.shape[0]));
  if (whole && experts.length > 0) return;
  const shapes = [...experts.flatMap(({ down, up }) => [down, up]), weight, bias ?? weight];
  throw new SidestreamError(
    'model/bad-shape',
    `A layer of ${experts.length} experts has shapes ${shapes.map(({ shape }) => `[${shape}]`).join(' ')}; it needs at least one expert, and a router row for each and the backbone.`,
  );
}

// The names of the authors' checkpoints. Files contain them; in the code, only this file uses them.

/** Per ladder and layer, a number of experts. */
export type ExpertCounts = Record<Ladder, number[]>;

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

const flat = (names: object): string[] =>
  Object.values(names).flatMap((name) => (typeof name === 'string' ? [name] : flat(name)));

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
