import * as Comlink from 'comlink';
import * as v from 'valibot';
import { itemSchema } from '../../core/catalog';
import { exactObject } from '../../core/common/schema';
import type { BundleEncoders, EncoderRun, Item, NewItem, Progress } from '../../device/protocol';
import { parsed } from '../../device/protocol';
import type { LocalItem } from '../../device/store';
import type { EncoderHost } from '../../device/worker';
import { SidestreamError } from '../../error';
import type { WorkerConnection } from './connection';
import { type EncodeContext, startEncoder } from './encoder-start';

const newItemSchema = exactObject({
  ...itemSchema.entries,
  image: v.optional(v.instance(Blob, 'must be a Blob or File')),
});

let made = 0;

/**
 * Encodes a product that is not in the shop's bundle and adds it to this device's catalogue.
 * @throws SidestreamError `runtime/invalid-input` naming the field, `encoder/bad-image`, `encoder/failed`,
 *   `runtime/closed`
 */
export async function insertItem(
  product: NewItem,
  context: EncodeContext & Pick<WorkerConnection, 'call'>,
  onProgress: (progress: Progress) => void,
): Promise<Item> {
  const { id = `local-${Date.now().toString(36)}-${++made}` } = product ?? {};
  const { image, ...item } = parsed(newItemSchema, product && { ...product, id }, 'catalog.insert()');
  const files = await context.call((remote) => remote.encoderFiles());
  const { local, runs } = await encodeItem(item, image, files, context, onProgress);
  return context.call((remote) => remote.insertItem(local, runs));
}

/** Encodes a product in its own worker, which ends afterwards: nothing else releases the memory of onnxruntime. */
async function encodeItem(
  item: Item,
  picture: Blob | undefined,
  files: BundleEncoders,
  { connection, ended }: EncodeContext,
  onProgress: (progress: Progress) => void,
): Promise<{ local: LocalItem; runs: readonly EncoderRun[] }> {
  const { encoders } = files;
  const { worker, failed } = startEncoder(
    connection.given.workerUrl,
    'Try again, with a smaller picture if it repeats.',
  );
  const closed = new Promise<never>((_, reject) => {
    const end = () =>
      reject(new SidestreamError('runtime/closed', 'The recommender was closed before the item was encoded.'));
    if (ended.aborted) end();
    ended.addEventListener('abort', end, { once: true });
  });
  try {
    const host = Comlink.wrap<EncoderHost>(worker);
    const buffers = [files.text.onnx, files.image.onnx, files.projection];
    const encoded = await Promise.race([
      host.encode(item, picture ?? null, Comlink.transfer(files, buffers), Comlink.proxy(onProgress)),
      failed,
      closed,
    ]);
    const { values, scales, thumbnail, runs } = encoded;
    if (thumbnail) item.image = thumbnail;
    return { local: { item, values, scales, encoders }, runs };
  } finally {
    worker.terminate();
  }
}
