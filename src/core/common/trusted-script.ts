/** Name of the policy that a page allows in `trusted-types` of its Content-Security-Policy. */
const NAME = 'sidestream';
/** Copies of the package on one page share the policy: browsers refuse a second one of the same name. */
const SHARED = Symbol.for('sidestream/trusted-types-policy');

/** The part of the browser's Trusted Types used here; TypeScript has no types for it. */
interface ScriptPolicy {
  /** A `TrustedScriptURL`: an object that every sink accepts instead of a string. */
  createScriptURL(address: string): string;
}
interface Scope {
  trustedTypes?: { createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy };
  [SHARED]?: ScriptPolicy;
}

/**
 * Workers start only from addresses of the page's own origin: its scripts, and scripts that the page made itself (`blob:`).
 */
const RULES: ScriptPolicy = {
  createScriptURL(address) {
    if (new URL(address).origin === globalThis.origin) return address;
    throw new TypeError(`${address} is not an address of this page's origin.`);
  },
};

/**
 * The address of a worker's script in the form required by pages with the policy `require-trusted-types-for 'script'`.
 * @throws TypeError when the page's `trusted-types` does not allow the policy `sidestream`
 */
export function trustedScript(address: string): string {
  const scope: typeof globalThis & Scope = globalThis;
  if (!scope.trustedTypes) return address;
  scope[SHARED] ??= scope.trustedTypes.createPolicy(NAME, RULES);
  return scope[SHARED].createScriptURL(address);
}
