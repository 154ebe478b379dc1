import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { decodeSideModel, encodeSideModel } from '../../../core/catalog/side-model';
import { SidestreamError } from '../../../error';
import { interactionsOf, type ShopSide, trainShopSide } from '../../../shop/training';
import { writeWhole } from '../../../shop/training/node';
import { type EvaluateInput, type PastFile, pastEvents, pastPath } from './input';

const aboutSchema = v.strictObject({ weights: v.nullable(v.record(v.string(), v.number())) });

/** The file of the side model of the past, for one seed. Its start weights are next to it. */
export async function sideFile(input: EvaluateInput): Promise<PastFile> {
  const path = await pastPath(input, 'side', `-seed-${input.seed}.bin`);
  const make = async (): Promise<void> => {
    const { bundle, seed, meter, say } = input;
    const { interactions } = interactionsOf({ events: pastEvents(input), rejected: [] }, bundle);
    const { learned } = await trainShopSide({ bundle, interactions, seed, meter, say });
    const { model, weights } = learned;
    await writeWhole(`${path}.json`, JSON.stringify({ weights: weights ?? null }));
    await writeWhole(path, encodeSideModel(model, bundle.items.length));
  };
  return { path, make };
}

/** The side model of the past, as an earlier step trained it. @throws SidestreamError `runtime/invalid-input` if it is damaged */
export async function pastSide(input: EvaluateInput): Promise<ShopSide> {
  const { path } = await sideFile(input);
  try {
    const [bytes, about] = await Promise.all([readFile(path), readFile(`${path}.json`, 'utf8')]);
    const { weights } = v.parse(v.pipe(v.string(), v.parseJson(), aboutSchema), about);
    const model = decodeSideModel(new Uint8Array(bytes).buffer, input.bundle.items.length);
    return { model, ...(weights ? { weights } : {}) };
  } catch (cause) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `${path} does not hold a side model with its start weights. Remove the file and evaluate again.`,
      { cause },
    );
  }
}
