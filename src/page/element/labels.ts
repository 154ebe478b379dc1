import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { ENGLISH, type LateLanguage, labelLanguage, loadLabels, type PageTexts } from '../../core/labels';
import { languageOf } from './dom';

/** Texts by language. English is built in; another language is loaded when it is first needed, once per page. */
export class LateTexts<Texts> {
  /** A language that could not be loaded also maps to English. */
  readonly #loaded = new Map<LateLanguage, Texts>();
  readonly #loading = new Map<LateLanguage, Promise<void>>();

  constructor(
    private readonly english: Texts,
    private readonly read: (language: LateLanguage) => Promise<Texts>,
  ) {}

  /**
   * The texts for a language, by the first part of its tag; English for any other language.
   * @param language a BCP 47 tag. Default: the browser's language
   * @returns null until they are loaded
   */
  in(language = globalThis.navigator?.language ?? ''): Texts | null {
    const code = labelLanguage(language);
    return code === 'en' ? this.english : (this.#loaded.get(code) ?? null);
  }

  /** Loads the texts for a language. If it rejects, elements use English. */
  load(language = globalThis.navigator?.language ?? ''): Promise<void> {
    const code = labelLanguage(language);
    if (code === 'en') return Promise.resolve();
    const found =
      this.#loading.get(code) ??
      this.read(code).then(
        (texts) => void this.#loaded.set(code, texts),
        (thrown: unknown) => {
          this.#loaded.set(code, this.english);
          throw thrown;
        },
      );
    this.#loading.set(code, found);
    return found;
  }
}

export const PAGE_TEXTS = new LateTexts<PageTexts>(ENGLISH, loadLabels);

/** Observes the language of an element and of the page, and renders the element again when its texts are loaded. */
export class LanguageObserver implements ReactiveController {
  /** The language whose texts are being loaded; null if none are. */
  #loading: string | undefined | null = null;
  readonly #observer: MutationObserver | undefined;

  /**
   * @param changed called when the language may have changed
   * @param failed called when the texts could not be loaded; the element uses English then
   * @param loaded called when texts were loaded, before the element is rendered with them
   */
  constructor(
    private readonly host: ReactiveControllerHost & Element,
    changed: () => void,
    private readonly failed: (thrown: unknown) => void,
    private readonly texts: Pick<LateTexts<unknown>, 'in' | 'load'> = PAGE_TEXTS,
    private readonly loaded: () => void = () => undefined,
  ) {
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
    const language = languageOf(this.host);
    if (this.texts.in(language) || this.#loading === language) return;
    this.#loading = language;
    this.texts
      .load(language)
      .catch(this.failed)
      .finally(() => {
        this.#loading = null;
        this.loaded();
        this.host.requestUpdate();
      });
  }

  hostConnected(): void {
    for (const holder of [this.host, document.documentElement])
      this.#observer?.observe(holder, { attributeFilter: ['lang'] });
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
  }
}
