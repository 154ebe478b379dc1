import type { AdamStep, CrossEntropyInput, NetworkKernel, Operand, Place, ProductSize } from './network-kernel';

/** Floats to begin with. */
const START = 1 << 18;
/** As in `unitRows` of src/model/differentiable.ts. */
const FLOOR = 1e-24;

/** The kernel in JavaScript, for pages whose content security policy forbids WebAssembly, and devices without it. */
export class ScriptNetworkKernel implements NetworkKernel {
  readonly vectors = false;
  #floats = new Float32Array(START);
  #used = 0;

  allocate(floats: number): Place {
    const place = this.#used;
    this.#used = place + floats;
    if (this.#used > this.#floats.length) {
      const grown = new Float32Array(Math.max(this.#used, this.#floats.length * 1.5));
      grown.set(this.#floats);
      this.#floats = grown;
    }
    this.#floats.fill(0, place, this.#used);
    return place;
  }

  mark(): number {
    return this.#used;
  }

  release(mark: number): void {
    this.#used = mark;
  }

  view(place: Place, floats: number): Float32Array {
    return this.#floats.subarray(place, place + floats);
  }

  copy(from: Place, to: Place, floats: number): void {
    this.#floats.copyWithin(to, from, from + floats);
  }

  /** Four rows at a time: each float of b is read once for all of them. */
  product(a: Operand, b: Operand, c: Operand, { rows, inner, columns }: ProductSize, add = false): void {
    const f = this.#floats;
    const [aRow, aStep] = a.transposed ? [1, a.stride] : [a.stride, 1];
    for (let row = 0; row < rows; row += 4) {
      const to = c.at + row * c.stride;
      if (!add) for (let r = 0; r < 4; r++) f.fill(0, to + r * c.stride, to + r * c.stride + columns);
      for (let k = 0; k < inner; k++) {
        const from = a.at + row * aRow + k * aStep;
        const x0 = f[from];
        const x1 = f[from + aRow];
        const x2 = f[from + 2 * aRow];
        const x3 = f[from + 3 * aRow];
        for (let m = 0, at = b.at + k * b.stride, out = to; m < columns; m++, at++, out++) {
          const value = f[at];
          f[out] += x0 * value;
          f[out + c.stride] += x1 * value;
          f[out + 2 * c.stride] += x2 * value;
          f[out + 3 * c.stride] += x3 * value;
        }
      }
    }
  }

  transpose(from: Operand, to: Operand, rows: number, columns: number): void {
    const f = this.#floats;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        f[to.at + column * to.stride + row] = f[from.at + row * from.stride + column];
      }
    }
  }

  gelu(x: Place, slope: Place, stride: number, rows: number, columns: number): void {
    const f = this.#floats;
    for (let row = 0; row < rows; row++) {
      for (let at = row * stride; at < row * stride + columns; at++) {
        const z = f[x + at];
        const bell = Math.exp(-0.5 * z * z);
        // Abramowitz and Stegun 7.1.26: the error of erf is below 1.5e-7.
        const t = 1 / (1 + 0.3275911 * Math.SQRT1_2 * Math.abs(z));
        const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
        const tail = 0.5 * sum * bell;
        const cdf = z < 0 ? tail : 1 - tail;
        f[x + at] = z * cdf;
        f[slope + at] = cdf + (z * bell) / Math.sqrt(2 * Math.PI);
      }
    }
  }

  softmax(x: Place, bias: Place, rows: number, columns: number): void {
    const f = this.#floats;
    for (let from = x; from < x + rows * columns; from += columns) {
      let top = Number.NEGATIVE_INFINITY;
      for (let m = 0; m < columns; m++) {
        f[from + m] += f[bias + m];
        top = Math.max(top, f[from + m]);
      }
      let total = 0;
      for (let m = 0; m < columns; m++) {
        f[from + m] = Math.exp(f[from + m] - top);
        total += f[from + m];
      }
      for (let m = 0; m < columns; m++) f[from + m] /= total;
    }
  }

  softmaxGradient(gates: Place, d: Place, rows: number, columns: number): void {
    const f = this.#floats;
    for (let from = 0; from < rows * columns; from += columns) {
      let mean = 0;
      for (let m = from; m < from + columns; m++) mean += f[gates + m] * f[d + m];
      for (let m = from; m < from + columns; m++) f[d + m] = f[gates + m] * (f[d + m] - mean);
    }
  }

  addScaledRows(
    out: Place,
    x: Place,
    factors: Place,
    factorStride: number,
    scale: number,
    rows: number,
    columns: number,
  ): number {
    const f = this.#floats;
    let norms = 0;
    for (let row = 0; row < rows; row++) {
      const own = f[factors + row * factorStride];
      const factor = own * scale;
      let squares = 0;
      for (let at = row * columns; at < (row + 1) * columns; at++) {
        const value = f[x + at];
        squares += value * value;
        f[out + at] += factor * value;
      }
      norms += own * Math.sqrt(squares);
    }
    return norms;
  }

  scaleRows({ at, stride }: Operand, factors: Place, factorStride: number, rows: number, columns: number): void {
    const f = this.#floats;
    for (let row = 0; row < rows; row++) {
      const factor = f[factors + row * factorStride];
      for (let m = at + row * stride; m < at + row * stride + columns; m++) f[m] *= factor;
    }
  }

  multiply(x: Place, y: Place, stride: number, rows: number, columns: number): void {
    const f = this.#floats;
    for (let row = 0; row < rows; row++) {
      for (let at = row * stride; at < row * stride + columns; at++) f[x + at] *= f[y + at];
    }
  }

  rowDots(a: Place, b: Place, out: Place, outStride: number, rows: number, columns: number): void {
    for (let row = 0; row < rows; row++) {
      this.#floats[out + row * outStride] = this.#dot(a + row * columns, b + row * columns, columns);
    }
  }

  sumRows(x: Place, out: Place, rows: number, columns: number): void {
    const f = this.#floats;
    for (let m = 0; m < columns; m++) {
      let total = 0;
      for (let row = 0; row < rows; row++) total += f[x + row * columns + m];
      f[out + m] = total;
    }
  }

  unitRows(x: Operand, out: Operand, inverses: Place, factor: number, rows: number, columns: number): void {
    const f = this.#floats;
    for (let row = 0; row < rows; row++) {
      const from = x.at + row * x.stride;
      const to = out.at + row * out.stride;
      const inverse = 1 / Math.sqrt(this.#dot(from, from, columns) + FLOOR);
      f[inverses + row] = inverse;
      for (let m = 0; m < columns; m++) f[to + m] = f[from + m] * inverse * factor;
    }
  }

  unitRowsGradient(
    x: Operand,
    inverses: Place,
    factor: number,
    dy: Operand,
    dx: Operand,
    rows: number,
    columns: number,
  ): void {
    const f = this.#floats;
    for (let row = 0; row < rows; row++) {
      const from = x.at + row * x.stride;
      const given = dy.at + row * dy.stride;
      const to = dx.at + row * dx.stride;
      const inverse = f[inverses + row];
      const along = this.#dot(from, given, columns) * inverse * inverse;
      for (let m = 0; m < columns; m++) f[to + m] = factor * inverse * (f[given + m] - f[from + m] * along);
    }
  }

  crossEntropy(x: Place, { keep, offset, label, share }: CrossEntropyInput, rows: number, columns: number): number {
    const f = this.#floats;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const from = row * columns;
      const to = from + columns;
      let top = Number.NEGATIVE_INFINITY;
      for (let m = from; m < to; m++) {
        f[x + m] = f[x + m] * f[keep + m] + f[offset + m];
        top = Math.max(top, f[x + m]);
        loss -= f[label + m] * f[x + m];
      }
      let total = 0;
      for (let m = from; m < to; m++) {
        f[x + m] = Math.exp(f[x + m] - top);
        total += f[x + m];
      }
      const weight = f[share + row];
      loss += weight * (Math.log(total) + top);
      for (let m = from; m < to; m++) f[x + m] = ((f[x + m] * weight) / total - f[label + m]) * f[keep + m];
    }
    return loss;
  }

  sumOfSquares(x: Place, floats: number): number {
    return this.#dot(x, x, floats);
  }

  adam(x: Place, gradient: Place, m: Place, v: Place, floats: number, step: AdamStep): void {
    const f = this.#floats;
    const { scale, rate, beta1, beta2, epsilon, correction1, correction2 } = step;
    for (let n = 0; n < floats; n++) {
      const d = f[gradient + n] * scale;
      f[m + n] = f[m + n] * beta1 + d * (1 - beta1);
      f[v + n] = f[v + n] * beta2 + d * d * (1 - beta2);
      f[x + n] -= (rate * (f[m + n] / correction1)) / (Math.sqrt(f[v + n] / correction2) + epsilon);
    }
  }

  #dot(a: Place, b: Place, floats: number): number {
    const f = this.#floats;
    let total = 0;
    for (let n = 0; n < floats; n++) total += f[a + n] * f[b + n];
    return total;
  }
}
