import type { Tensor } from 'onnxruntime-web';
import { SidestreamError } from '../../error';
import { Mutex } from '../common/tasks';
import type { Preset, TextPreset } from './preset';

/** Raw tap activations of a batch, one array per tap: [batch * width], row-major. Not yet standardised. */
export type RawTaps = Float32Array[];

/** An image ready for the encoder: [3, size, size], channel-first RGB, 0..1. */
export type Pixels = Float32Array;

/**
 * A frozen encoder with a loaded session. Calls are serialised inside (one mutex for create, run and release of all
 * sessions); `release` frees the session.
 */
export interface Encoder<Input> {
  preset: Preset;
  /** Where the session actually runs. */
  backend: 'webgpu' | 'wasm' | 'node';
  /** @throws SidestreamError `encoder/failed` */
  encode(batch: Input[]): Promise<RawTaps>;
  release(): Promise<void>;
}

export type TextEncoder = Encoder<string>;
export type ImageEncoder = Encoder<Pixels>;
/** The encoder of a preset. */
export type EncoderOf<P extends Preset> = P extends TextPreset ? TextEncoder : ImageEncoder;

/** The built files of an encoder: contents of `<name>.onnx` and, of a text encoder, of `<name>.tokenizer.json`. */
export interface EncoderFiles {
  onnx: Uint8Array;
  tokenizer?: string;
}

export type EncoderBackend = Encoder<unknown>['backend'];

/** Tensors by graph input name. */
export type Feeds = Record<string, Tensor>;

/** The part of a session that onnxruntime-node and onnxruntime-web have in common. */
export interface RuntimeSession {
  run(feeds: Feeds, outputs: string[]): Promise<Record<string, { data: unknown }>>;
  release(): Promise<void>;
}

export type OpenSession = (backend: EncoderBackend) => Promise<RuntimeSession>;

/**
 * Lock on all sessions of this thread: onnxruntime-web throws when two sessions are created at once, and never returns when
 * two run at once.
 */
const sessionLock = new Mutex();

/**
 * A session that survives the loss of its device: when a run fails, the session is opened again on the next backend of its
 * list and the run is repeated. Only failures use up the list: after losing its GPU twice, the session stays on wasm.
 */
export class EncoderSession {
  #session: RuntimeSession | null = null;

  private constructor(
    private readonly preset: Preset,
    private readonly open: OpenSession,
    private readonly backends: EncoderBackend[],
  ) {}

  /**
   * @param backends in order of preference; a repeated name means another attempt
   * @throws SidestreamError `encoder/failed` when no backend accepts the graph
   */
  static async create(preset: Preset, open: OpenSession, backends: EncoderBackend[]): Promise<EncoderSession> {
    const created = new EncoderSession(preset, open, [...backends]);
    await sessionLock.run(() => created.#reopen());
    return created;
  }

  get backend(): EncoderBackend {
    return this.backends[0];
  }

  /**
   * @returns one array per tap of the preset
   * @throws SidestreamError `encoder/failed`
   */
  run(feeds: Feeds): Promise<RawTaps> {
    return sessionLock.run(async () => {
      if (!this.#session) throw this.#failed('it was released. Create a new encoder');
      for (;;) {
        try {
          return await this.#attempt(this.#session, feeds);
        } catch (cause) {
          if (this.backends.length === 1) throw this.#failed('the graph did not run', cause);
          await this.#drop();
          this.backends.shift();
          this.#session = await this.#reopen();
        }
      }
    });
  }

  /** Frees the session; further calls do nothing. */
  release(): Promise<void> {
    return sessionLock.run(() => this.#drop());
  }

  async #attempt(session: RuntimeSession, feeds: Feeds): Promise<RawTaps> {
    const names = this.preset.taps.map((tap) => tap.name);
    const outputs = await session.run(feeds, names);
    return names.map((name) => {
      const { data } = outputs[name];
      if (!(data instanceof Float32Array)) throw new Error(`output "${name}" is not float32`);
      return data;
    });
  }

  /** Opens on the first working backend of the list, and drops the others before it. */
  async #reopen(): Promise<RuntimeSession> {
    for (;;) {
      try {
        this.#session = await this.open(this.backends[0]);
        return this.#session;
      } catch (cause) {
        if (this.backends.length === 1) throw this.#failed('no session could be opened', cause);
        this.backends.shift();
      }
    }
  }

  async #drop(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.release();
  }

  #failed(what: string, cause?: unknown): SidestreamError {
    const detail = cause instanceof Error ? ` (${cause.message})` : '';
    const message = `The encoder "${this.preset.name}" failed on ${this.backend}: ${what}${detail}.`;
    return new SidestreamError('encoder/failed', message, cause === undefined ? undefined : { cause });
  }
}
