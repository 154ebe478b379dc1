import { SidestreamError } from '../../error';

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
