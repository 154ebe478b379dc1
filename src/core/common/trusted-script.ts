/** Name of the policy that a page allows in `trusted-types` of its Content-Security-Policy. */
const NAME = 'sidestream';
/** Copies of the package on one page share the policy: browsers refuse a second one of the same name. */
const SHARED = Symbol.for('sidestream/trusted-types-policy');

/** The part of the browser's Trusted Types that is used here, which TypeScript has no types for. */
interface ScriptPolicy {
  /** A `TrustedScriptURL`: an object that every sink takes where it otherwise takes a string. */
  createScriptURL(address: string): string;
}
interface Scope {
  trustedTypes?: { createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy };
  [SHARED]?: ScriptPolicy;
}

/** All that a worker starts from is an address of the page's own origin: its scripts, and those that it made itself (`blob:`). */
const RULES: ScriptPolicy = {
  createScriptURL(address) {
    if (new URL(address).origin === globalThis.origin) return address;
    throw new TypeError(`${address} is not an address of this page's origin.`);
  },
};

/**
 * The address of a worker's script in the form that a page needs whose policy has `require-trusted-types-for 'script'`.
 * @throws TypeError when the page's `trusted-types` does not allow the policy `sidestream`
 */
export function trustedScript(address: string): string {
  const scope: typeof globalThis & Scope = globalThis;
  if (!scope.trustedTypes) return address;
  scope[SHARED] ??= scope.trustedTypes.createPolicy(NAME, RULES);
  return scope[SHARED].createScriptURL(address);
}
