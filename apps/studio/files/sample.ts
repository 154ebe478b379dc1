import * as v from 'valibot';
import { SidestreamError } from '../../../src/error';
import type { DroppedFile } from '../session';

/** The sample products lie beside the page of a host that offers them. */
const FOLDER = 'sample/';
const PREFIX = 'sample-';

export type SampleFile = 'products.jsonl' | 'pictures.zip' | 'visits.csv';

const schema = v.object({ products: v.pipe(v.number(), v.integer(), v.minValue(1)) });

/** Number of sample products; 0 if the host of the page offers none. */
export async function sampleProducts(): Promise<number> {
  try {
    return v.parse(schema, await (await fetch(`${FOLDER}sample.json`)).json()).products;
  } catch {
    return 0;
  }
}

/** @throws SidestreamError `bundle/unreachable` */
export async function sampleFiles(name: SampleFile): Promise<DroppedFile[]> {
  const response = await fetch(`${FOLDER}${name}`).catch(() => null);
  if (!response?.ok)
    throw new SidestreamError('bundle/unreachable', 'The sample could not be fetched. Check the connection.');
  const path = `${PREFIX}${name}`;
  return [{ path, file: new File([await response.blob()], path) }];
}

/** Whether the products that were read are the sample. */
export const isSample = (files: readonly string[]): boolean => files[0]?.startsWith(PREFIX) === true;
