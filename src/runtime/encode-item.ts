import * as Comlink from 'comlink';
import * as v from 'valibot';
import { type Item, itemSchema } from '../catalog';
import { SidestreamError } from '../error';
import type { LocalItem } from '../store';
import type { NewItem, Progress } from './api';
import type { BundleEncoders } from './encoder-files';
import type { EncoderHost } from './encoder-worker';
import { carryErrors } from './rpc';
import { startWorker } from './worker-script';

/** An item ready for the catalogue, and what encoded it. */
export interface EncodedItem {
  local: LocalItem;
  backend: string;
}

let made = 0;

/**
 * Turns a new product into an item with features, in a worker of its own that ends with the work: that alone gives the
 * memory of onnxruntime back.
 * @param workerUrl address of `worker.js` that the shop named; the encoders' worker lies beside it
 * @throws SidestreamError `runtime/invalid-input` naming the field, `encoder/bad-image`, `encoder/failed`
 */
export async function encodeItem(
  product: NewItem,
  files: BundleEncoders,
  workerUrl: string | undefined,
  onProgress: (progress: Progress) => void,
): Promise<EncodedItem> {
  carryErrors();
  const { picture, ...fields } = product;
  const item = parseItem({ ...fields, id: fields.id ?? `local-${Date.now().toString(36)}-${++made}` });
  const { encoders } = files;
  const worker = startWorker('encoder-worker.js', workerUrl);
  const died = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => {
      const text = `The encoders' worker stopped${message ? ` (${message})` : ''}. Try again, with a smaller picture if it repeats.`;
      reject(new SidestreamError('runtime/worker-crashed', text));
    });
  });
  try {
    const host = Comlink.wrap<EncoderHost>(worker);
    const buffers = [files.text.onnx, files.image.onnx, files.projection];
    const encoded = await Promise.race([
      host.encode(item, picture ?? null, Comlink.transfer(files, buffers), Comlink.proxy(onProgress)),
      died,
    ]);
    const { values, scales, thumbnail, backend } = encoded;
    if (thumbnail) item.image = thumbnail;
    return { local: { item, values, scales, encoders }, backend };
  } finally {
    worker.terminate();
  }
}

function parseItem(input: unknown): Item {
  const result = v.safeParse(itemSchema, input);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new SidestreamError(
    'runtime/invalid-input',
    `addItem(): ${v.getDotPath(issue) ?? 'item'}: ${issue.message}. Mend the field and try again.`,
  );
}
