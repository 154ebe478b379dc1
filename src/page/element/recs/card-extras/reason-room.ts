import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Maximum number of lines of a reason. */
const MAX_LINES = 2;

/** The list whose cards are measured. */
type MeasuredHost = ReactiveControllerHost & Element & { readonly renderRoot: ParentNode };

/**
 * Limits each reason to the lines that a rating and wrapping prices leave in the fixed space of a card: nothing grows when such
 * cards replace their outlines.
 */
export class ReasonRoom implements ReactiveController {
  readonly #host: MeasuredHost;
  readonly #resized = new ResizeObserver(() => this.hostUpdated());

  constructor(host: MeasuredHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#resized.observe(this.#host);
  }

  hostDisconnected(): void {
    this.#resized.disconnect();
  }

  hostUpdated(): void {
    // Measure all cards before changing any: one layout for the whole list.
    const fitted = [...this.#host.renderRoot.querySelectorAll<HTMLElement>('.body')].map((body) => {
      const reason = body.querySelector<HTMLElement>('.reason');
      return { reason, lines: reason ? linesFor(body, reason) : MAX_LINES };
    });
    for (const { reason, lines } of fitted) {
      if (!reason) continue;
      reason.classList.toggle('unseen', lines < 1);
      // Set through the CSSOM, because a policy may bar style attributes.
      reason.style.webkitLineClamp = lines === 1 ? '1' : '';
    }
  }
}

function linesFor(body: HTMLElement, reason: HTMLElement): number {
  const above = body.querySelector('.price')?.getBoundingClientRect().bottom ?? 0;
  const { lineHeight, marginBlockStart } = getComputedStyle(reason);
  const room = Number.parseFloat(getComputedStyle(body).minBlockSize) - (above - body.getBoundingClientRect().top);
  // Positions are rounded to fractions of a pixel.
  const lines = Math.floor((room - Number.parseFloat(marginBlockStart) + 0.5) / Number.parseFloat(lineHeight));
  // The page's styles may make the parts unmeasurable.
  return Number.isFinite(lines) ? Math.min(MAX_LINES, lines) : MAX_LINES;
}
