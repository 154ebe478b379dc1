import { SidestreamError } from '../../error';

/** Most levels of an argument: no option or request has more than a few, and a browser that clones thousands gives up without a word. */
const MAX_DEPTH = 100;

/**
 * Refuses arguments that are nested so deep that the worker could not read the message, and would never answer.
 * @throws SidestreamError `runtime/invalid-input`, by any method of the object returned
 */
export function guarded<T extends object>(remote: T): T {
  return new Proxy(remote, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (typeof name !== 'string' || typeof method !== 'function') return method;
      return (...given: unknown[]) => {
        if (isTooDeep(given)) {
          const text = `${name === 'start' ? 'createRecommender' : name}(): an argument is nested more than ${MAX_DEPTH} levels deep. Pass less of it.`;
          throw new SidestreamError('runtime/invalid-input', text);
        }
        return Reflect.apply(method, target, given);
      };
    },
  });
}

/** In the order in which a browser clones: an object that it meets again is not cloned again. */
function isTooDeep(value: unknown, depth = 0, met: Set<object> = new Set()): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || met.has(value)) return false;
  if (depth > MAX_DEPTH) return true;
  met.add(value);
  const parts = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  return parts.some((part) => isTooDeep(part, depth + 1, met));
}
