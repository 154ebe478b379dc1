import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { languageOf } from '../price';
import { labelsMissing, loadLabels } from './labels';

/** Tells when an element's own or the page's language changes, and renders it again when that language's words are there. */
export class LanguageWatch implements ReactiveController {
  readonly #observer: MutationObserver | undefined;

  /**
   * @param changed called when the language may be another
   * @param failed called when the words could not be loaded; the element speaks English then
   */
  constructor(
    private readonly host: ReactiveControllerHost & Element,
    changed: () => void,
    private readonly failed: (thrown: unknown) => void,
  ) {
    // None where elements are rendered without a browser.
    this.#observer =
      globalThis.MutationObserver &&
      new MutationObserver(() => {
        host.requestUpdate();
        changed();
      });
    host.addController(this);
  }

  hostUpdate(): void {
    if (!labelsMissing(languageOf(this.host))) return;
    loadLabels()
      .catch(this.failed)
      .finally(() => this.host.requestUpdate());
  }

  hostConnected(): void {
    for (const holder of [this.host, document.documentElement])
      this.#observer?.observe(holder, { attributeFilter: ['lang'] });
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
  }
}
