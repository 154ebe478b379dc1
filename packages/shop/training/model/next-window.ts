import { type Random, uniform } from '../../../../src/core/common/random';
import { SIDE_INPUTS, type SideInput } from '../../../../src/core/common/side-inputs';
import { GATE_SPEED } from './network';
import { SIDE_NAMES, type SideConfig, sideExpertCount, sideExpertNames, sideInputNames } from './side-weights';
import { entryOf, type Weight, type Weights } from './weights';

/** Per part the share of each expert in the use of all, see `expertUse`. Parts without columns are absent. */
export type SideUse = Partial<Record<SideInput, number[]>>;

/** One of n experts is removed if its use is below tau / n. */
const TAU = 0.5;
/** Maximum number of experts of a part, including the new one: beyond it, the least used ones are removed. */
const MAX_EXPERTS = 8;

/**
 * A linear discriminant for each part, [columns + 1]: one factor for each column, then a constant. It is positive for items that resemble
 * the choices of the window, and negative for items that resemble earlier choices; its root mean square over all chosen items is 1.
 */
export type SideDiscriminants = Partial<Record<SideInput, Float32Array>>;

/**
 * Ends a window of a side model, as XSMoE (arXiv 2508.05993) ends one of a ladder: the little-used experts of every part are
 * removed, a new one is added, and all old ones are frozen. The new expert is a copy of the most used one, where XSMoE takes the mean. The
 * two divide the gate of the original: the discriminant gives the new expert more weight for the items of the new window, and the old expert
 * more weight for all others. Vectors hardly change at first, and the new expert learns mostly from the new items.
 * @param weights not changed
 * @param use in the window that ends; parts that it lacks are not pruned
 * @param discriminants of the new window; the gate of a part that it lacks is divided evenly
 * @returns also the names of the weights of all old experts, and the number of experts that were removed over all parts
 */
export function nextSideWindow(weights: Weights, config: SideConfig, use: SideUse, discriminants: SideDiscriminants) {
  const next: Record<string, Weight> = { ...weights };
  const frozen = new Set<string>();
  let pruned = 0;
  for (const input of SIDE_INPUTS) {
    const columns = config.inputs[input];
    if (columns === 0) continue;
    const count = sideExpertCount(weights, input);
    const own = use[input];
    const shares = own?.length === count ? own : new Array<number>(count).fill(1 / count);
    const kept = keptExperts(shares);
    pruned += count - kept.length;
    const names = sideInputNames(input);
    for (let n = 0; n < count; n++) for (const name of Object.values(sideExpertNames(input, n))) delete next[name];
    const experts = kept.map((from) => expertOf(weights, input, from));
    for (const [at, parts] of experts.entries()) for (const name of setExpert(next, input, at, parts)) frozen.add(name);

    const rows = kept.map((from) => routerRow(weights, input, from, columns));
    const best = kept.reduce((most, from, at) => (shares[from] > shares[kept[most]] ? at : most), 0);
    setExpert(next, input, experts.length, experts[best]);
    const [old, added] = dividedGate(rows[best], discriminants[input] ?? new Float32Array(columns + 1));
    rows[best] = old;
    rows.push(added);
    next[names.router] = { shape: [rows.length, columns], values: joined(rows.map(({ row }) => row)) };
    next[names.routerBias] = { shape: [rows.length], values: Float32Array.from(rows, ({ bias }) => bias) };
  }
  return { weights: next as Weights, frozen, pruned };
}

/** Weights of a router for one expert. */
interface RouterRow {
  row: Float32Array;
  bias: number;
}

/**
 * Two gates that add up to the original one where the discriminant x is near 0: logits l - c - x/2 and l - c + x/2, whose exponentials add
 * up to e^(l - c) 2 cosh(x/2), with c the mean of ln (2 cosh(x/2)), about ln 2 + 1/8. Alone in their part, they add up to it everywhere.
 */
function dividedGate({ row, bias }: RouterRow, discriminant: Float32Array): [old: RouterRow, added: RouterRow] {
  const columns = row.length;
  const c = discriminant.some((factor) => factor !== 0) ? Math.LN2 + 1 / 8 : Math.LN2;
  const shifted = (sign: number): RouterRow => ({
    row: row.map((value, column) => value + (sign * discriminant[column]) / 2 / GATE_SPEED),
    bias: bias + ((sign * discriminant[columns]) / 2 - c) / GATE_SPEED,
  });
  return [shifted(-1), shifted(1)];
}

/** Experts that stay, in order: those used enough, limited to the most used ones, and always at least one. */
function keptExperts(shares: readonly number[]): number[] {
  const byUse = [...shares.keys()].sort((a, b) => shares[b] - shares[a] || a - b);
  const used = byUse.filter((n, place) => place === 0 || shares[n] >= TAU / shares.length);
  return used.slice(0, MAX_EXPERTS - 1).sort((a, b) => a - b);
}

/**
 * The weights of a side model for a changed list of items: embedding and bias follow an item's id, and new items start as in
 * a new model.
 * @param before ids of the items of `weights`
 */
export function carriedItems(
  weights: Weights,
  before: readonly string[],
  now: readonly string[],
  random: Random,
): Weights {
  const rowOf = new Map(before.map((id, row) => [id, row]));
  const embedding = entryOf(weights, SIDE_NAMES.embedding);
  const bias = entryOf(weights, SIDE_NAMES.bias);
  const width = embedding.shape[1];
  const vectors = uniform(random, now.length * width, 0.03);
  const biases = new Float32Array(now.length);
  for (const [row, id] of now.entries()) {
    const from = rowOf.get(id);
    if (from === undefined) continue;
    vectors.set(embedding.values.subarray(from * width, (from + 1) * width), row * width);
    biases[row] = bias.values[from];
  }
  return {
    ...weights,
    [SIDE_NAMES.embedding]: { shape: [now.length, width], values: vectors },
    [SIDE_NAMES.bias]: { shape: [now.length, 1], values: biases },
  };
}

/** The weights of an expert, in the order of `sideExpertNames`. */
const expertOf = (weights: Weights, input: SideInput, expert: number): Weight[] =>
  Object.values(sideExpertNames(input, expert)).map((name) => entryOf(weights, name));

/** @returns the names of its weights */
function setExpert(into: Record<string, Weight>, input: SideInput, expert: number, parts: readonly Weight[]): string[] {
  const names = Object.values(sideExpertNames(input, expert));
  for (const [n, { shape, values }] of parts.entries()) into[names[n]] = { shape: [...shape], values: values.slice() };
  return names;
}

function routerRow(weights: Weights, input: SideInput, expert: number, columns: number): RouterRow {
  const names = sideInputNames(input);
  return {
    row: weights[names.router]?.values.slice(expert * columns, (expert + 1) * columns) ?? new Float32Array(columns),
    bias: weights[names.routerBias]?.values[expert] ?? 0,
  };
}

function joined(rows: readonly Float32Array[]): Float32Array {
  const values = new Float32Array(rows.length * rows[0].length);
  for (const [n, row] of rows.entries()) values.set(row, n * row.length);
  return values;
}
