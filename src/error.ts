/** Every stable error code, with its meaning. Codes are never renamed; new ones are added at the end of a group. */
export const ERROR_CODES = [
  // catalogue and bundle
  'catalog/empty',
  'catalog/unreadable',
  'catalog/unknown-format',
  'catalog/bad-mapping',
  'catalog/refused',
  'bundle/unreachable',
  'bundle/invalid',
  'bundle/digest-mismatch',
  'bundle/unknown-version',
  'bundle/incomplete',
  'bundle/offers',
  'bundle/rules',
  'catalog/shrunk',
  // encoders
  'encoder/unsupported-graph',
  'encoder/missing',
  'encoder/failed',
  'encoder/bad-image',
  'encoder/offline',
  'encoder/forbidden',
  'encoder/not-found',
  'encoder/download-failed',
  'encoder/digest-mismatch',
  'encoder/unlicensed',
  'encoder/too-lossy',
  'encoder/bad-settings',
  'encoder/not-installed',
  // build
  'build/worker-lost',
  'build/queue',
  'build/no-engine',
  'build/unreadable',
  // model
  'model/bad-shape',
  'model/bad-weights',
  'model/not-finite',
  // store
  'store/blocked',
  'store/unavailable',
  'store/corrupt',
  'store/newer-schema',
  'store/full',
  'store/forgotten',
  'store/wrong-key',
  'store/unknown-snapshot',
  // runtime
  'runtime/worker-crashed',
  'runtime/closed',
  'runtime/invalid-input',
  'runtime/unknown-item',
  'runtime/unexpected',
  'runtime/aborted',
  'runtime/timeout',
  'runtime/not-sent',
  'runtime/other-bundle',
  'runtime/not-installed',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A SidestreamError as plain data, which can cross a worker boundary. */
export interface SerializedError {
  code: ErrorCode;
  message: string;
  stack?: string;
  cause?: SerializedError | string;
}

/**
 * The one error class of the package. `code` is stable and meant for programs; `message` says what went wrong and what
 * to do next; `cause` keeps the original error.
 */
export class SidestreamError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SidestreamError';
    this.code = code;
  }

  /** Wraps anything thrown; a SidestreamError passes unchanged. */
  static from(thrown: unknown, code: ErrorCode = 'runtime/unexpected', message?: string): SidestreamError {
    if (thrown instanceof SidestreamError) return thrown;
    const text = message ?? (thrown instanceof Error ? thrown.message : String(thrown));
    return new SidestreamError(code, text, { cause: thrown });
  }

  serialize(): SerializedError {
    const { cause } = this;
    return {
      code: this.code,
      message: this.message,
      stack: this.stack,
      cause: cause instanceof SidestreamError ? cause.serialize() : cause === undefined ? undefined : String(cause),
    };
  }

  static deserialize(data: SerializedError): SidestreamError {
    const cause = typeof data.cause === 'object' ? SidestreamError.deserialize(data.cause) : data.cause;
    const error = new SidestreamError(data.code, data.message, cause === undefined ? undefined : { cause });
    if (data.stack) error.stack = data.stack;
    return error;
  }
}

/** The error for input that cannot be used. @param message what is wrong with it, and what to do next */
export const invalidInput = (message: string, options?: ErrorOptions): SidestreamError =>
  new SidestreamError('runtime/invalid-input', message, options);
