/** Time between two looks for another array under the name, ms. A getter could not replace the variable of a plain script. */
const LOOK_INTERVAL = 500;

/**
 * Reads the entries of a page's data layer: those it has, then each that is pushed. Google Tag Manager, loaded before or after,
 * gets all pushes unchanged. Where the page puts another array under the name, the entries of both are read.
 * @param given its name on `window`, which may not exist yet, or the array itself
 * @param onEntry must not throw: a push of the page must go on
 * @returns a function that ends that
 */
export function readEntries(given: string | unknown[], onEntry: (entry: object) => void): () => void {
  const known = new WeakSet<object>();
  const read = (entry: unknown): void => {
    if (typeof entry !== 'object' || entry === null) return;
    known.add(entry);
    onEntry(entry);
  };
  if (Array.isArray(given)) return readArray(given, read);
  const readers = new Map<unknown[], () => void>();
  const look = (layer: unknown): void => {
    if (!Array.isArray(layer) || readers.has(layer)) return;
    // A copy of the array before has entries that were read.
    const isNew = (entry: unknown): boolean => typeof entry === 'object' && entry !== null && !known.has(entry);
    readers.set(layer, readArray(layer, read, isNew));
  };
  look(layerOf(given));
  const looking = setInterval(() => look(Reflect.get(globalThis, given)), LOOK_INTERVAL);
  return () => {
    clearInterval(looking);
    for (const end of readers.values()) end();
  };
}

/** Reads one array. @param isNew whether to read an entry that it has already */
function readArray(
  layer: unknown[],
  onEntry: (entry: unknown) => void,
  isNew: (entry: unknown) => boolean = () => true,
): () => void {
  let reading = true;
  const read = (entry: unknown): void => {
    if (reading) onEntry(entry);
  };
  for (const entry of layer.filter(isNew)) read(entry);
  const push = layer.push;
  const wrapped = (...pushed: unknown[]): number => {
    const result = push.apply(layer, pushed);
    for (const entry of pushed) read(entry);
    return result;
  };
  layer.push = wrapped;
  return () => {
    reading = false;
    // A wrapper that was installed later goes on calling ours, which then only passes on.
    if (layer.push === wrapped) layer.push = push;
  };
}

/** The array of a data layer, which is made where the page has none yet. */
export function layerOf(given: string | unknown[]): unknown[] {
  if (Array.isArray(given)) return given;
  const known: unknown = Reflect.get(globalThis, given);
  if (Array.isArray(known)) return known;
  const layer: unknown[] = [];
  Reflect.set(globalThis, given, layer);
  return layer;
}

/** Arguments of a call of `gtag()`. */
export interface Command {
  0?: unknown;
  1?: unknown;
  2?: unknown;
}

/**
 * Whether an entry is a call of `gtag()`, which pushes its arguments object; some pages push an array. An object with a field
 * `length` is none: the field may be the shop's.
 */
export const isCommand = (entry: object): entry is Command =>
  Array.isArray(entry) || Object.prototype.toString.call(entry) === '[object Arguments]';
