import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import { writeWhole } from '../../../shop/training';
import {
  type DeviceMethod,
  type ItemItemLog,
  type ItemItemName,
  itemItemBy,
  itemItemSettings,
  settingsTried,
  VSKNN_TRIED,
  vsknnMethod,
  vsknnSettings,
} from '../../evaluate';
import { type EvaluateInput, type PastFile, pastEvents, pastPath } from './input';

/** Item-to-item methods that choose their settings on the past. */
export const ITEM_ITEM_METHODS: readonly ItemItemName[] = ['item-knn', 'ease'];

const settingsSchema = v.strictObject({
  halfLife: v.nullable(v.pipe(v.number(), v.minValue(1))),
  lambda: v.optional(v.pipe(v.number(), v.gtValue(0))),
});

const pathOf = (input: EvaluateInput, name: ItemItemName): Promise<string> => pastPath(input, name, '-settings.json');

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
    const settings = itemItemSettings(name, logOf(input), () => meter.advance(1));
    meter.stop();
    await writeWhole(path, JSON.stringify(settings));
  };
  return { path, make };
}

/**
 * The method with its settings, as chosen by an earlier step.
 * @throws SidestreamError `runtime/invalid-input` if their file is damaged or missing
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

const positiveOrNone = v.nullable(v.pipe(v.number(), v.gtValue(0)));
const vsknnSchema = v.strictObject({
  neighbours: v.pipe(v.number(), v.integer(), v.minValue(1)),
  halfLife: positiveOrNone,
  days: positiveOrNone,
  idf: v.pipe(v.number(), v.minValue(0)),
  reach: positiveOrNone,
});

const vsknnPath = (input: EvaluateInput): Promise<string> => pastPath(input, 'vsknn', '-settings.json');

/** The file of the settings of vsknn, which no seed changes. */
export async function vsknnFile(input: EvaluateInput): Promise<PastFile> {
  const path = await vsknnPath(input);
  const make = async (): Promise<void> => {
    const { meter } = input;
    meter.start('Settings of vsknn', VSKNN_TRIED);
    const settings = await vsknnSettings(logOf(input), () => meter.advance(1));
    meter.stop();
    await writeWhole(path, JSON.stringify(settings));
  };
  return { path, make };
}

/**
 * Session kNN with its settings, as chosen by an earlier step.
 * @throws SidestreamError `runtime/invalid-input` if their file is damaged or missing
 */
export async function pastVsknn(input: EvaluateInput): Promise<DeviceMethod> {
  const path = await vsknnPath(input);
  const parsed = v.safeParse(
    v.pipe(v.string(), v.parseJson(), vsknnSchema),
    await readFile(path, 'utf8').catch(() => ''),
  );
  if (parsed.success) return vsknnMethod(logOf(input), parsed.output);
  throw new SidestreamError(
    'runtime/invalid-input',
    `${path} does not hold the settings of vsknn: ${parsed.issues[0].message}. Remove the file and evaluate again.`,
  );
}
