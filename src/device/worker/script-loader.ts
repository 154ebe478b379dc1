import * as v from 'valibot';
import { kept } from '../../core/common/grouped';
import { SidestreamError } from '../../error';

/**
 * Loads the late code of a worker, which the package's build splits into files. They are plain scripts that register
 * themselves, not modules that import each other: bundlers copy each file under a new name, so no file can know the address
 * of another. The page sends the addresses.
 */
type Require = (name: string) => object | Promise<object>;
type Factory = (exports: object, require: Require, script: string) => void;

/** The global object `sidestreamFiles` that each file uses. */
export interface ScriptLoader {
  /** A file defines itself. @param needs files that must run before it */
  define(name: string, needs: string[], factory: Factory): void;
  /** The worker's script lists the files that each file depends on, directly or indirectly: they are fetched in parallel. */
  expect(needs: Readonly<Record<string, readonly string[]>>): void;
  /** Exports of a file: immediate if it has already run, a promise if it must be loaded first. */
  require: Require;
  address(name: string): string;
}

declare global {
  /** Only in scripts of the package that load others. */
  var sidestreamFiles: ScriptLoader | undefined;
}

const address = v.pipe(v.string(), v.url());
const typeSchema = v.object({ type: v.literal('sidestream-places') });
const placesSchema = v.strictObject({
  /** Of a script; files without their own address are beside it. */
  script: address,
  /** By file name. */
  files: v.optional(v.record(v.string(), address)),
});
export type Places = v.InferOutput<typeof placesSchema>;
const messageSchema = v.strictObject({ ...typeSchema.entries, places: placesSchema });
/** The first message to a worker of the package. */
export type PlacesMessage = v.InferOutput<typeof messageSchema>;

/**
 * Makes the loader of this thread.
 * @param places known to the script itself, until the page sends its own
 * @param fetchScript runs the script at an address; for tests
 */
export function scriptLoader(
  places: Places,
  fetchScript: (address: string) => Promise<unknown> = (address) => import(/* @vite-ignore */ address),
): ScriptLoader & { onMessage(message: unknown): void } {
  const defined = new Map<string, { needs: string[]; factory: Factory }>();
  const ready = new Map<string, object>();
  const loading = new Map<string, Promise<object>>();
  const expected = new Map<string, readonly string[]>();
  const fetching = new Map<string, Promise<unknown>>();
  const addressOf = (name: string): string => {
    const file = name.replace(/^\.\//, '');
    return places.files?.[file] ?? new URL(file, places.script).href;
  };
  /** Begins work once at a time; what failed is tried again the next time. */
  const once = <T>(begun: Map<string, Promise<T>>, name: string, work: () => Promise<T>): Promise<T> =>
    kept(begun, name, () => work().finally(() => begun.delete(name)));
  const require: Require = (name) => ready.get(name) ?? once(loading, name, () => run(name));
  /** Fetches a file that is not registered yet. */
  const get = (name: string): Promise<unknown> | undefined =>
    defined.has(name) ? undefined : once(fetching, name, () => fetchScript(addressOf(name)));
  const run = async (name: string): Promise<object> => {
    const found = addressOf(name);
    await Promise.all([name, ...(expected.get(name) ?? [])].map(get));
    const file = defined.get(name);
    if (!file) {
      const text = `${found} is not a file of this version. Host all files of the same version in one folder.`;
      throw new SidestreamError('runtime/unexpected', text);
    }
    await Promise.all(file.needs.map(require));
    const exports = {};
    file.factory(exports, require, found);
    ready.set(name, exports);
    return exports;
  };
  return {
    define: (name, needs, factory) => void defined.set(name, { needs, factory }),
    expect(needs) {
      for (const [name, files] of Object.entries(needs)) expected.set(name, files);
    },
    require,
    address: addressOf,
    onMessage(input) {
      if (v.is(typeSchema, input)) places = v.parse(messageSchema, input).places;
    },
  };
}
