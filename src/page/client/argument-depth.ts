import { SidestreamError } from '../../error';

/**
 * Maximum nesting of an argument: no option or request has more than a few levels, and a browser that clones thousands fails
 * silently.
 */
const MAX_DEPTH = 100;

/**
 * Refuses arguments that are nested so deeply that the worker could not read the message and would never answer.
 * @throws SidestreamError `runtime/invalid-input` from any method of the returned object
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

/** Follows the order in which a browser clones: it clones each object only once. */
function isTooDeep(value: unknown, depth = 0, met: Set<object> = new Set()): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || met.has(value)) return false;
  if (depth > MAX_DEPTH) return true;
  met.add(value);
  const parts = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  return parts.some((part) => isTooDeep(part, depth + 1, met));
}
