import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Tells an element how wide it is, so that it draws a chart as wide as it may be, again when that changes. */
export class DrawnWidth implements ReactiveController {
  readonly #host: Element;
  readonly #draw: () => void;
  #width = 0;
  readonly #resized = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === this.#width || width === 0) return;
    this.#width = width;
    this.#draw();
  });

  /** @param draw called when the width has changed, never while there is none */
  constructor(host: ReactiveControllerHost & Element, draw: () => void) {
    this.#host = host;
    this.#draw = draw;
    host.addController(this);
  }

  /** The room for a chart, and how the page around the element is read; null while it is not laid out. */
  get frame(): { width: number; rightToLeft: boolean } | null {
    const rightToLeft = getComputedStyle(this.#host).direction === 'rtl';
    return this.#width === 0 ? null : { width: this.#width, rightToLeft };
  }

  hostConnected(): void {
    this.#resized.observe(this.#host);
  }

  hostDisconnected(): void {
    this.#resized.disconnect();
    this.#width = 0;
  }
}
