import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { labelsMissing, loadLabels } from './labels';
import { languageOf } from './price';

/** Renders an element again when its own or the page's language changes, and when that language's words are there. */
export class LanguageWatch implements ReactiveController {
  readonly #observer: MutationObserver | undefined;

  /** @param failed called when the words could not be loaded; the element speaks English then */
  constructor(
    private readonly host: ReactiveControllerHost & Element,
    private readonly failed: (thrown: unknown) => void,
  ) {
    // None where elements are rendered without a browser.
    this.#observer = globalThis.MutationObserver && new MutationObserver(() => host.requestUpdate());
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
