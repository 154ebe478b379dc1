import { html, nothing, type TemplateResult } from 'lit';
import type { Progress } from '../protocol';

const WORDS: Record<Progress['stage'], string> = {
  bundle: 'Opening the shop',
  encoders: 'Fetching the readers for text and pictures',
  encode: 'Reading the product',
  learn: 'Learning',
};

/** A stage of work in words. */
export function progressWords({ stage }: Progress): string {
  return WORDS[stage];
}

/** A thin bar under the header while something loads; it runs back and forth while the amount is unknown. */
export function progressBar(progress: Progress | null): TemplateResult | typeof nothing {
  if (!progress) return nothing;
  const { loaded, total } = progress;
  return html`
    <progress
      class="loading-bar"
      data-testid="progress"
      aria-label=${progressWords(progress)}
      max="1"
      value=${total > 0 ? Math.min(1, loaded / total) : nothing}
    ></progress>`;
}
