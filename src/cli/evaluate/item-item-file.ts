import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { SidestreamError } from '../../error';
import {
  type DeviceMethod,
  type ItemItemLog,
  type ItemItemName,
  itemItemBy,
  itemItemSettings,
  settingsTried,
} from '../../evaluate';
import { writeWhole } from '../../training';
import { type EvaluateInput, type PastFile, pastEvents, pastPath } from './input';

/** Methods from item to item that choose their settings on the past. */
export const ITEM_ITEM_METHODS: readonly ItemItemName[] = ['item-knn', 'ease'];

const settingsSchema = v.strictObject({
  halfLife: v.nullable(v.pipe(v.number(), v.minValue(1))),
  lambda: v.optional(v.pipe(v.number(), v.gtValue(0))),
});

const pathOf = (input: EvaluateInput, name: ItemItemName): Promise<string> => pastPath(input, name, '.json');

const logOf = (input: EvaluateInput): ItemItemLog => ({
  past: pastEvents(input),
  rowOf: input.rowOf,
  count: input.bundle.items.length,
});

/** The file of the settings of a method, which no seed changes. */
export async function itemItemFile(input: EvaluateInput, name: ItemItemName): Promise<PastFile> {
  const path = await pathOf(input, name);
  const make = async (): Promise<void> => {
    const { meter } = input;
    meter.start(`Settings of ${name}`, settingsTried(name));
    const settings = await itemItemSettings(name, logOf(input), () => meter.advance(1));
    meter.stop();
    await writeWhole(path, JSON.stringify(settings));
  };
  return { path, make };
}

/**
 * The method with its settings, as an earlier step has chosen them.
 * @throws SidestreamError `runtime/invalid-input` when their file is damaged or missing
 */
export async function pastItemItem(input: EvaluateInput, name: ItemItemName): Promise<DeviceMethod> {
  const path = await pathOf(input, name);
  const parsed = v.safeParse(
    v.pipe(v.string(), v.parseJson(), settingsSchema),
    await readFile(path, 'utf8').catch(() => ''),
  );
  if (parsed.success) return itemItemBy(name, logOf(input), parsed.output).method;
  throw new SidestreamError(
    'runtime/invalid-input',
    `${path} does not hold the settings of ${name}: ${parsed.issues[0].message}. Remove the file and evaluate again.`,
  );
}
