import { InvalidArgumentError } from '@commander-js/extra-typings';
import { describeRejectedRow } from '../../../src/core/catalog';
import { invalidInput } from '../../../src/error';
import { openText } from '../../cli/bundler';
import { showRejected } from '../../cli/commands';
import { type MetricLog, readMetricLog } from '../verdict/metric-log';

export const openCounts = (path: string): AsyncGenerator<string> =>
  openText(path, () => `The counts cannot be read from ${path}. Check the path.`);

/** Reads a log of reports. @throws SidestreamError `runtime/invalid-input` if it has no usable line */
export async function readMetricFile(path: string): Promise<MetricLog> {
  const log = await readMetricLog(openCounts(path));
  showRejected(log.rejected.map(describeRejectedRow));
  if (log.lines === 0) {
    const why =
      log.rejected.length > 0 ? 'has no usable line; see the reasons above.' : 'is empty: no report has arrived yet.';
    throw invalidInput(`${path} ${why}`);
  }
  return log;
}

export interface EffectSize {
  value: number;
  /** Whether it is a share of the control's value rather than a difference from it. */
  relative: boolean;
}

/** Parses `20%`, a share of the control, or `0.02`, a difference. @throws InvalidArgumentError unless it is above 0 */
export function effectSize(text: string): EffectSize {
  const [, number, sign] = /^(\d+\.?\d*|\.\d+) ?(%?)$/.exec(text.trim()) ?? [];
  const value = Number(number) / (sign ? 100 : 1);
  if (!(value > 0))
    throw new InvalidArgumentError('must be like 20% (of the control) or like 0.02 (a difference from it).');
  return { value, relative: sign === '%' };
}

const rounded = (value: number): number => Number(value.toPrecision(6));

/** The share of the control that a difference probably meant: `20%` for 20 as for 0.2. */
const asPart = (value: number): string => `${rounded(value < 1 ? 100 * value : value)}%`;

/** Multiple of the control from which an effect is refused. */
const MAX_RATIO = 10;

/** A size relative to the control. @throws SidestreamError `runtime/invalid-input` if it is far too large, or the base unknown */
export function partOfControl(option: string, { value, relative }: EffectSize, base: number | undefined): number {
  if (relative) return value;
  const instead = `Write ${option} ${asPart(value)} for a part of the control`;
  if (base === undefined) {
    throw invalidInput(
      `${option} ${value} is a difference. ${instead}, or add --base with the value expected of the control, as for sidestream pilot.`,
    );
  }
  if (value < MAX_RATIO * base) return value / base;
  throw invalidInput(
    `${option} ${value} is a difference of ${rounded(value / base)} times the base of ${base}. ${instead}.`,
  );
}

/** A note on a difference as large as the base, which may be meant as a share of it. @param isShare false: the base is a mean */
export function largeEffectNote(option: string, { value, relative }: EffectSize, base: number, isShare: boolean) {
  if (relative || value < base) return null;
  const shown = (of: number): string => (isShare ? `${(100 * of).toFixed(1)} %` : String(rounded(of)));
  const size = isShare ? `${rounded(100 * value)} points` : String(value);
  const part = asPart(value);
  const meant = base * (1 + Number.parseFloat(part) / 100);
  return `Note: ${option} ${value} is a difference of ${size}, from ${shown(base)} to ${shown(base + value)}. ${option} ${part} is relative to the base: from ${shown(base)} to ${shown(meant)}.`;
}
