import { SIDE_INPUTS } from '../../../../src/core/catalog';
import type { SideDiscriminants } from '../model/next-window';
import type { SideFeatures } from './side-features';

/** Share of the mean variance that is added to the variance of each column: some are nearly constant. */
const RIDGE = 0.1;

/**
 * Tells the choices of a window from earlier ones by Fisher's linear discriminant of each part, with a diagonal covariance, 0 half-way
 * between the two means.
 * @param earlier [count] how often each item was chosen before the window
 * @param newer [count] how often it was chosen in the window
 */
export function windowDiscriminants(
  features: SideFeatures,
  earlier: ArrayLike<number>,
  newer: ArrayLike<number>,
): SideDiscriminants {
  const discriminants: SideDiscriminants = {};
  for (const input of SIDE_INPUTS) {
    const { columns, values } = features.inputs[input];
    const before = moments(features.inputs[input], earlier);
    const now = moments(features.inputs[input], newer);
    if (columns === 0 || !before || !now) continue;
    const variance = now.variance.map((own, column) => (own + before.variance[column]) / 2);
    const ridge = (RIDGE * variance.reduce((sum, own) => sum + own, 0)) / columns;
    const factors = variance.map((own, column) =>
      own + ridge > 0 ? (now.mean[column] - before.mean[column]) / (own + ridge) : 0,
    );
    const middle = factors.reduce(
      (sum, factor, column) => sum + (factor * (now.mean[column] + before.mean[column])) / 2,
      0,
    );
    let [square, count] = [0, 0];
    for (let row = 0; row < features.count; row++) {
      if (earlier[row] + newer[row] === 0) continue;
      const own = factors.reduce((sum, factor, column) => sum + factor * values[row * columns + column], -middle);
      square += own * own;
      count++;
    }
    if (square === 0) continue;
    const size = Math.sqrt(square / count);
    discriminants[input] = Float32Array.from([...factors, -middle], (factor) => factor / size);
  }
  return discriminants;
}

/** Weighted mean and variance of the columns of a part; null if nothing was chosen. */
function moments({ columns, values }: SideFeatures['inputs']['text'], counts: ArrayLike<number>) {
  const [mean, square] = [new Float64Array(columns), new Float64Array(columns)];
  let total = 0;
  for (let row = 0; row < counts.length; row++) {
    const weight = counts[row];
    if (weight === 0) continue;
    total += weight;
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column];
      mean[column] += weight * value;
      square[column] += weight * value * value;
    }
  }
  if (total === 0) return null;
  const means = mean.map((sum) => sum / total);
  return { mean: means, variance: square.map((sum, column) => Math.max(0, sum / total - means[column] ** 2)) };
}
