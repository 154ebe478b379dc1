/** Parts of the web platform that Node also has, but whose types come only with the DOM's. */
type BufferSource = ArrayBufferView<ArrayBuffer> | ArrayBuffer;
interface TextDecoder extends InstanceType<typeof import('node:util').TextDecoder> {}
interface RequestInit {
  /** Ignored in Node. */
  cache?: 'default' | 'no-cache';
}
declare namespace WebAssembly {
  type Module = object;
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
}
declare var WebAssembly: {
  Module: new (bytes: BufferSource) => WebAssembly.Module;
  Memory: new (size: { initial: number }) => WebAssembly.Memory;
  Instance: new (module: WebAssembly.Module, imports: Record<string, Record<string, unknown>>) => WebAssembly.Instance;
};
/** Newer Node has one, without WebGPU. */
declare var navigator: { readonly gpu?: unknown } | undefined;
