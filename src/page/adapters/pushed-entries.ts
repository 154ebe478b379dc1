/** Time between two checks for a new array under the name, ms. A getter could not replace the variable of a plain script. */
const LOOK_INTERVAL = 500;

/**
 * Reads the entries of a page's data layer: first the existing ones, then each new push. Google Tag Manager still receives all
 * pushes unchanged, whether it loads before or after. If the page assigns another array to the name, the entries of both are
 * read.
 * @param given its name on `window`, which may not exist yet, or the array itself
 * @param onEntry must not throw: a push of the page must still succeed
 * @returns a function that stops reading
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
    // A copy of the earlier array has entries that were already read.
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

/** Reads one array. @param isNew whether to read an entry that is already in the array */
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
    // A wrapper that was installed later keeps calling ours, which then only passes the call on.
    if (layer.push === wrapped) layer.push = push;
  };
}

/** The array of a data layer; created if the page has none yet. */
export function layerOf(given: string | unknown[]): unknown[] {
  if (Array.isArray(given)) return given;
  const known: unknown = Reflect.get(globalThis, given);
  if (Array.isArray(known)) return known;
  const layer: unknown[] = [];
  Reflect.set(globalThis, given, layer);
  return layer;
}

export interface Command {
  0?: unknown;
  1?: unknown;
  2?: unknown;
}

/**
 * Whether an entry is a `gtag()` call, which pushes its arguments object; some pages push an array. A plain object with a
 * `length` field does not count: the field may be the shop's own.
 */
export const isCommand = (entry: object): entry is Command =>
  Array.isArray(entry) || Object.prototype.toString.call(entry) === '[object Arguments]';
