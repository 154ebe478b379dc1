/** Decompresses gzip with the browser's own decoder. @throws TypeError if the bytes are damaged or end early */
export async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = packed[Symbol.asyncIterator]();
  const bytes = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next = await source.next();
      if (next.done) controller.close();
      else controller.enqueue(new Uint8Array(next.value));
    },
    async cancel() {
      await source.return?.();
    },
  });
  yield* chunksOf(bytes.pipeThrough(new DecompressionStream('gzip')));
}

/** The bytes of a file. @param read is called with the number of bytes read so far */
export async function* bytesOf(file: File, read: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunksOf(file.stream())) {
    yield chunk;
    bytes += chunk.length;
    read(bytes);
  }
}

/** The chunks of a stream: not every browser can iterate over one. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
