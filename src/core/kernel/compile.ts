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
