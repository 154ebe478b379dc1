import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { ENGLISH, type LabelLanguage, labelLanguage, loadLabels, type PageTexts } from '../../core/labels';
import { languageOf } from './dom';

/** The built-in English texts and the loaded ones; a language that could not be loaded also maps to English. */
const loaded = new Map<LabelLanguage, PageTexts>([['en', ENGLISH]]);
const loading = new Map<LabelLanguage, Promise<void>>();

const codeOf = (language = globalThis.navigator?.language ?? ''): LabelLanguage => labelLanguage(language);

/**
 * The built-in texts for a language, by the first part of its tag; English for any other language.
 * @param language a BCP 47 tag. Default: the browser's language
 * @returns null until they are loaded
 */
export const textsIn = (language?: string): PageTexts | null => loaded.get(codeOf(language)) ?? null;

/** Loads the built-in texts for a language, once per page. If it rejects, elements use English. */
export function loadTexts(language?: string): Promise<void> {
  const code = codeOf(language);
  if (code === 'en') return Promise.resolve();
  const found =
    loading.get(code) ??
    loadLabels(code).then(
      (texts) => void loaded.set(code, texts),
      (thrown: unknown) => {
        loaded.set(code, ENGLISH);
        throw thrown;
      },
    );
  loading.set(code, found);
  return found;
}

/** Observes the language of an element and of the page, and renders the element again when its texts are loaded. */
export class LanguageObserver implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #failed: (thrown: unknown) => void;
  readonly #observer: MutationObserver | undefined;

  /**
   * @param changed called when the language may have changed
   * @param failed called when the texts could not be loaded; the element uses English then
   */
  constructor(host: ReactiveControllerHost & Element, changed: () => void, failed: (thrown: unknown) => void) {
    this.#host = host;
    this.#failed = failed;
    // Undefined if elements are rendered without a browser.
    this.#observer =
      globalThis.MutationObserver &&
      new MutationObserver(() => {
        host.requestUpdate();
        changed();
      });
    host.addController(this);
  }

  hostUpdate(): void {
    const language = languageOf(this.#host);
    if (textsIn(language)) return;
    loadTexts(language)
      .catch(this.#failed)
      .finally(() => this.#host.requestUpdate());
  }

  hostConnected(): void {
    for (const holder of [this.#host, document.documentElement])
      this.#observer?.observe(holder, { attributeFilter: ['lang'] });
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
  }
}
