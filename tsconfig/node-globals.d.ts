/** Parts of the web platform that Node has too, and whose types come with the DOM's alone. */
type BufferSource = ArrayBufferView<ArrayBuffer> | ArrayBuffer;
interface TextDecoder extends InstanceType<typeof import('node:util').TextDecoder> {}
interface RequestInit {
  /** Ignored in Node. */
  cache?: 'default' | 'no-cache';
}
/** Newer Node has one, without WebGPU. */
declare var navigator: { readonly gpu?: import('../src/learner/backend').AdapterSource } | undefined;
