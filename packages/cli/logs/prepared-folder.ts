import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { fromJson } from '../../../src/core/common/bytes';
import { fitting } from '../../../src/core/common/schema';
import { codeOf } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';

export const PREPARED_FILE = 'prepared.json';
const VERSION = 1;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const preparedSchema = v.object({
  version: v.literal(VERSION),
  seed: count,
  /** Choices of fewer shoppers are not published: demand and vectors of products, and pairs of them. */
  minShoppers: count,
  /** Others that each item keeps. */
  most: count,
  /** Size of the sample of shoppers; null for all. */
  sample: v.nullable(count),
  /** Time from which choices were left out, milliseconds; null for none. */
  until: v.nullable(v.number()),
  events: count,
  shoppers: count,
  products: count,
  pairs: count,
  /** Milliseconds. */
  firstTime: v.number(),
  lastTime: v.number(),
  /** Identifies the choices and their order. */
  digest: v.string(),
  /** Sum of the weights of all pairs, millionths. */
  mass: v.number(),
  refused: count,
  returns: count,
  /** Notes for the shop about the log. */
  notes: v.array(v.string()),
});

/** Contents of `prepared.json`, about the tables beside it. */
export type Prepared = v.InferOutput<typeof preparedSchema>;

export const preparedText = (prepared: Omit<Prepared, 'version'>): string =>
  `${JSON.stringify({ version: VERSION, ...prepared }, null, 1)}\n`;

/** @throws SidestreamError `runtime/invalid-input` if the folder has no prepared log, or one of another version */
export async function readPrepared(folder: string): Promise<Prepared> {
  const path = join(folder, PREPARED_FILE);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw invalidInput(
      `There is no prepared log in ${folder}: ${path} cannot be read (${codeOf(cause)}). Make one: \`sidestream prepare --events <file> --bundle <folder> --out ${folder}\`.`,
      { cause },
    );
  });
  return fitting(preparedSchema, fromJson(bytes), (what) =>
    invalidInput(`${path} is not of this version of Sidestream (${what}). Prepare the log again.`),
  );
}

/** The files of a table: one, or a folder of them, as choices have it and Spark writes. */
export async function tableFiles(folder: string, table: string): Promise<string> {
  const path = join(folder, `${table}.parquet`);
  return (await stat(path)).isDirectory() ? join(path, '*.parquet') : path;
}
