import type { SidestreamError } from '../../error';
import { emit } from '../events';

/** Every list hears of an error of the recommender they share; the console hears once. */
const warned = new WeakSet<SidestreamError>();

/**
 * Tells of an element's errors, each once: a call that fails because the worker died fails with the very error that the
 * death was told by.
 */
export class ErrorReport {
  readonly #told = new WeakSet<SidestreamError>();
  /** What this element wrote to the console: the same mistake is found again at every try. */
  readonly #written = new Set<string>();

  constructor(private readonly element: Element) {}

  tell(error: SidestreamError): void {
    if (this.#told.has(error)) return;
    this.#told.add(error);
    if (!emit(this.element, 'error', { error }) || warned.has(error)) return;
    warned.add(error);
    const text = `sidestream-recs: ${error.code}: ${error.message}`;
    if (this.#written.has(text)) return;
    this.#written.add(text);
    console.warn(text, this.element);
  }
}
