import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Reports the available width to an element, which draws its chart to fit, and again when the width changes. */
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

  /** @param draw called when the width has changed, never while it is zero */
  constructor(host: ReactiveControllerHost & Element, draw: () => void) {
    this.#host = host;
    this.#draw = draw;
    host.addController(this);
  }

  /** The space for a chart and the page's reading direction; null while the element is not laid out. */
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
