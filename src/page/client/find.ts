import * as Comlink from 'comlink';
import type { CallOptions, EncoderHost, FindRequest, FindResponse } from '../../device/protocol';
import { carryErrors } from '../../device/protocol';
import { SidestreamError } from '../../error';
import type { WorkerConnection } from './connection';
import type { Remote } from './remote';
import { notStarted, startWorker } from './worker-script';

/** Pause after words that nothing has, before the encoder is loaded, ms: a shopper who is still typing aborts the search. */
const TYPING_PAUSE = 300;
/** Fewer letters have no meaning of their own. */
const MIN_LETTERS = 3;
/** How long the encoder is kept after a search, ms. */
const KEPT_FOR = 60_000;
/** How long no encoder is loaded after a failure, ms. */
const RETRY_AFTER = 30_000;

/** The part of the recommender that a search needs. */
export interface FindContext {
  call<T>(work: (remote: Remote) => Promise<T>): Promise<T>;
  connection: WorkerConnection;
  /** Aborts when the recommender is closed. */
  ended: AbortSignal;
  /** Aborts when the caller no longer waits for the result. */
  signal: AbortSignal | undefined;
  /** Reports an error that the caller does not get. */
  fail(thrown: unknown): void;
}

/**
 * Finds items as `Recommender.find()` documents: by words in the recommender's worker, else by their meaning.
 * @throws SidestreamError `runtime/invalid-input`
 */
export async function find(request: FindRequest, wait: CallOptions, context: FindContext): Promise<FindResponse> {
  const { text, image } = request ?? {};
  if ((text === undefined) === (image === undefined)) throw invalid('give either text or image');
  if (text === undefined) throw invalid('finding by a picture is not possible yet: give text');
  const found = await context.call((remote) => remote.find(request, wait));
  if (found.items.length > 0 || text.trim().length < MIN_LETTERS) return found;
  await new Promise((resolve) => setTimeout(resolve, TYPING_PAUSE));
  if (context.signal?.aborted) return found;
  try {
    const values = await encoderOf(context).encode(text.trim(), context);
    return values ? await context.call((remote) => remote.find(request, wait, { modality: 'text', values })) : found;
  } catch (thrown) {
    // The page's list is empty; why it is not by meaning is for the page's developer.
    if (!context.ended.aborted) context.fail(thrown);
    return found;
  }
}

const invalid = (what: string): SidestreamError => new SidestreamError('runtime/invalid-input', `find(): ${what}.`);

/** The encoders of a page's recommenders: searches of several boxes share one. */
const encoders = new WeakMap<WorkerConnection, QueryEncoding>();

function encoderOf({ connection }: FindContext): QueryEncoding {
  const known = encoders.get(connection) ?? new QueryEncoding();
  encoders.set(connection, known);
  return known;
}

/** An open encoder in its own worker. */
interface OpenEncoder {
  host: Comlink.Remote<EncoderHost>;
  /** Rejects when the worker has stopped. */
  failed: Promise<never>;
}

/** Encodes the queries of a page, in a worker that ends some time after the last one: nothing else releases its memory. */
class QueryEncoding {
  #worker: Worker | null = null;
  #fail: (error: SidestreamError) => void = () => undefined;
  #opening: Promise<OpenEncoder> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  /** @returns the query's vector; null for some time after a failure, which was reported */
  async encode(text: string, context: FindContext): Promise<Float32Array | null> {
    if (performance.now() - this.#failedAt < RETRY_AFTER) return null;
    clearTimeout(this.#timer);
    try {
      this.#opening ??= this.#open(context);
      const { host, failed } = await this.#opening;
      return await Promise.race([host.encodeQuery(text), failed]);
    } catch (thrown) {
      this.#failedAt = performance.now();
      this.#end();
      throw thrown;
    } finally {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#end(), KEPT_FOR);
    }
  }

  async #open({ call, connection, ended }: FindContext): Promise<OpenEncoder> {
    carryErrors();
    const files = await call((remote) => remote.queryEncoder('text'));
    const { worker, address } = startWorker('encoder-worker.js', connection.given.workerUrl);
    this.#worker = worker;
    const failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
      worker.addEventListener('error', ({ message }) => {
        const text = message ? `The encoder's worker stopped (${message}). Search again.` : notStarted(address);
        reject(new SidestreamError('runtime/worker-crashed', text));
      });
    });
    // Other handles of the page's recommender may still search.
    ended.addEventListener('abort', () => connection.handles > 1 || this.#end(), { once: true });
    // Reported by the search that waits for it, if any.
    failed.catch(() => undefined);
    const host = Comlink.wrap<EncoderHost>(worker);
    await Promise.race([host.openQueries(Comlink.transfer(files, [files.onnx, files.projection])), failed]);
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
