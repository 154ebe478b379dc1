import * as Comlink from 'comlink';
import type { CallOptions, FindRequest, FindResponse, QueryEncoder } from '../../device/protocol';
import type { EncoderHost, Engine } from '../../device/worker';
import { SidestreamError } from '../../error';
import { type EncodeContext, startEncoder } from './encoder-start';

/** Pause before the encoder is loaded for words that no item has, ms: a shopper who is still typing aborts the search. */
const TYPING_PAUSE = 300;
/** Minimum number of letters for a search by meaning. */
const MIN_LETTERS = 3;
/** How long the encoder is kept after a search, ms. */
const KEPT_FOR = 60_000;
/** How long no encoder is loaded after a failure, ms. */
const RETRY_AFTER = 30_000;

export interface FindContext extends EncodeContext {
  call<T>(work: (remote: Pick<Engine, 'find' | 'queryEncoder'>) => Promise<T>): Promise<T>;
  /** Aborts when the caller no longer waits for the result. */
  signal: AbortSignal | undefined;
}

/** Maximum size of a picture, bytes: photos from phones have a few million. */
const MAX_PICTURE = 50_000_000;

/**
 * Finds items as `Recommender.find()` documents: by a picture, by words in the recommender's worker, else by their meaning.
 * @throws SidestreamError `runtime/invalid-input`; with a picture `encoder/*`, `bundle/*`, `runtime/worker-crashed`
 */
export async function find(request: FindRequest, wait: CallOptions, context: FindContext): Promise<FindResponse> {
  const { image, ...list } = request ?? {};
  const { text, meaning } = list;
  if ((text === undefined) === (image === undefined)) throw invalid('give either text or image');
  if (image !== undefined) return findByPicture(image, list, wait, context);
  const found = await context.call((remote) => remote.find(list, wait));
  const isFound = found.items.length > 0 && !(meaning && found.similar);
  if (isFound || text === undefined || text.trim().length < MIN_LETTERS) return found;
  await new Promise((resolve) => setTimeout(resolve, TYPING_PAUSE));
  if (context.signal?.aborted) return found;
  const encoding = encoderOf(context, 'text');
  if (encoding.failedLately) return found;
  try {
    const { values, noise, runs } = await encoding.encode(text.trim(), context);
    return await context.call((remote) => remote.find(list, wait, { modality: 'text', values, noise }, runs));
  } catch (thrown) {
    // The page's list is empty; the page's developer learns why it was not searched by meaning. A bundle without encoders, which
    // is a choice of the shop, is searched by words only.
    const isMissing = SidestreamError.from(thrown).code === 'encoder/missing';
    if (!isMissing && !context.ended.aborted) context.connection.fail(thrown);
    return found;
  }
}

async function findByPicture(
  image: unknown,
  list: Omit<FindRequest, 'image'>,
  wait: CallOptions,
  context: FindContext,
): Promise<FindResponse> {
  if (!(image instanceof Blob)) throw invalid('image must be a Blob or File');
  if (image.size > MAX_PICTURE) {
    const message = `find(): the picture is ${Math.round(image.size / 1e6)} MB, but at most ${MAX_PICTURE / 1e6} MB are read. Choose a smaller one.`;
    throw new SidestreamError('encoder/bad-image', message);
  }
  const { values, runs } = await encoderOf(context, 'image').encode(image, context);
  return context.call((remote) => remote.find(list, wait, { modality: 'image', values }, runs));
}

const invalid = (what: string): SidestreamError => new SidestreamError('runtime/invalid-input', `find(): ${what}.`);

type Modality = QueryEncoder['modality'];

/** The encoders of a page's recommenders, shared by all search fields. */
const encoders = new WeakMap<FindContext['connection'], Record<Modality, QueryEncoding>>();

function encoderOf({ connection }: FindContext, modality: Modality): QueryEncoding {
  const known = encoders.get(connection) ?? { text: new QueryEncoding('text'), image: new QueryEncoding('image') };
  encoders.set(connection, known);
  return known[modality];
}

interface OpenEncoder {
  host: Comlink.Remote<EncoderHost>;
  failed: Promise<never>;
}

/** Encodes the queries of a page, in a worker that ends some time after the last one: nothing else releases its memory. */
class QueryEncoding {
  #worker: Worker | null = null;
  #fail: (error: SidestreamError) => void = () => undefined;
  #opening: Promise<OpenEncoder> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly modality: Modality) {}

  /** Whether it failed, and reported it, so recently that a search by words does not try it again. */
  get failedLately(): boolean {
    return performance.now() - this.#failedAt < RETRY_AFTER;
  }

  /** @throws SidestreamError `encoder/*`, `bundle/*`, `runtime/*` */
  async encode(query: string | Blob, context: FindContext) {
    clearTimeout(this.#timer);
    try {
      this.#opening ??= this.#open(context);
      const { host, failed } = await this.#opening;
      return await Promise.race([host.encodeQuery(query), failed]);
    } catch (thrown) {
      // Another picture may be readable.
      if (SidestreamError.from(thrown).code === 'encoder/bad-image') throw thrown;
      this.#failedAt = performance.now();
      this.#end();
      throw thrown;
    } finally {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#end(), KEPT_FOR);
    }
  }

  async #open({ call, connection, ended }: FindContext): Promise<OpenEncoder> {
    const files = await call((remote) => remote.queryEncoder(this.modality));
    const { worker, failed: stopped } = startEncoder(connection.given.workerUrl, 'Search again.');
    this.#worker = worker;
    const ending = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    const failed = Promise.race([stopped, ending]);
    // Other handles of the page's recommender may still search.
    ended.addEventListener('abort', () => connection.handles > 1 || this.#end(), { once: true });
    // Reported by the search that waits for it, if any.
    failed.catch(() => undefined);
    const host = Comlink.wrap<EncoderHost>(worker);
    const buffers = [...(files.encoder ? [files.encoder.onnx] : []), files.projection];
    await Promise.race([host.openQueries(Comlink.transfer(files, buffers)), failed]);
    return { host, failed };
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#fail(new SidestreamError('runtime/closed', 'The recommender was closed before the search ended.'));
    this.#worker = null;
    this.#opening = null;
  }
}
