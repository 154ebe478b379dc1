import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Most lines of a reason. */
const MOST_LINES = 2;

/** The list whose cards are measured. */
type MeasuredHost = ReactiveControllerHost & Element & { readonly renderRoot: ParentNode };

/**
 * Gives each reason the lines that a rating, and prices which wrap, leave it of the room that every card has: nothing grows
 * when such cards replace their outlines.
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
    // All are measured before any is changed: one layout for the whole list.
    const fitted = [...this.#host.renderRoot.querySelectorAll<HTMLElement>('.body')].map((body) => {
      const reason = body.querySelector<HTMLElement>('.reason');
      return { reason, lines: reason ? linesFor(body, reason) : MOST_LINES };
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
  // A page may have styled the parts so that nothing can be measured.
  return Number.isFinite(lines) ? Math.min(MOST_LINES, lines) : MOST_LINES;
}
