import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

type Rules = { createScriptURL(address: string): string };

// Copies of the package share the policy through the page.
const SHARED = Symbol.for('sidestream/trusted-types-policy');
const copy = async () => {
  vi.resetModules();
  return (await import('./trusted-script')).trustedScript;
};
beforeEach(() => vi.stubGlobal('origin', 'https://shop.example'));
afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(globalThis, SHARED);
});

/** A browser's factory; as with `trusted-types sidestream`, each name can be used once. The browser tests use a real one. */
function requireTypes(): ReturnType<typeof vi.fn> {
  const createPolicy = vi.fn((name: string, { createScriptURL }: Rules) => {
    if (name !== 'sidestream' || createPolicy.mock.calls.length > 1)
      throw new TypeError(`Policy "${name}" disallowed.`);
    return { createScriptURL: (address: string) => Object(createScriptURL(address)) };
  });
  vi.stubGlobal('trustedTypes', { createPolicy });
  return createPolicy;
}

describe('the address of a script', () => {
  it('stays a string if the browser has no Trusted Types', async () => {
    expect((await copy())('https://shop.example/worker.js')).toBe('https://shop.example/worker.js');
  });

  it('is trusted by one policy, however many copies of the package the page has', async () => {
    const createPolicy = requireTypes();
    for (const trustedScript of [await copy(), await copy()]) {
      expect(trustedScript('https://shop.example/worker.js')).toEqual(Object('https://shop.example/worker.js'));
      expect(String(trustedScript('blob:https://shop.example/1'))).toBe('blob:https://shop.example/1');
    }
    expect(createPolicy).toHaveBeenCalledTimes(1);
  });

  it('is not trusted when it leads to another origin', async () => {
    requireTypes();
    const trustedScript = await copy();
    for (const address of ['https://cdn.example/worker.js', 'data:text/javascript,1', 'blob:https://other.example/1'])
      expect(() => trustedScript(address)).toThrowError(/not an address of this page's origin/);
  });
});
