/** Bytes of a page of WebAssembly's memory. */
export const PAGE = 65_536;
/** Bytes of a 32-bit float. */
export const FLOAT = 4;

/**
 * Compiles a kernel.
 * @param binary as built by the set-up, base64
 * @returns null if it cannot run: a content security policy forbids WebAssembly, or the device lacks its vector instructions
 */
export function compiled(binary: string): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(binary), (letter) => letter.charCodeAt(0)));
  } catch {
    return null;
  }
}

/** A function of the kernel; addresses in bytes and sizes as in its source. */
export type KernelFunction = (...given: number[]) => number;

/** @throws TypeError when the module lacks one of them */
export function functionsOf<Name extends string>(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  names: readonly Name[],
): Record<Name, KernelFunction> {
  const exported = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const functions = names.map((name): [Name, KernelFunction] => {
    const found = exported[name];
    if (typeof found !== 'function') throw new TypeError('The kernel lacks a function; run scripts/setup.mjs again.');
    return [name, (...given) => Number(found(...given))];
  });
  return Object.fromEntries(functions) as Record<Name, KernelFunction>;
}

export const padded = (count: number, multiple: number): number => Math.ceil(count / multiple) * multiple;
