import { html, nothing, type TemplateResult } from 'lit';
import type { SidestreamError } from '../../../src/error';
import type { Columns } from '../files/columns';
import type { Progress } from '../session';
import { count, progressWords } from './words';

/** A bar with its numbers in words; without a known total, the bar only moves. @param label what is being done */
export function progressBar(label: string, progress: Progress | null): TemplateResult {
  const { done, total } = progress ?? { done: 0, total: 0 };
  const parts = progress === null ? ['Starting …'] : progressWords(progress);
  // Before the first of them is done, the encoders load.
  return html`
    <div>
      <progress aria-label=${label} max="1" value=${done > 0 ? Math.min(1, done / total) : nothing}></progress>
      <p class="row">${parts.map((part) => html`<span>${part}</span>`)}</p>
    </div>`;
}

/** An alert: what went wrong, and what to do next. @param title what could not be done @param again tries it again */
export function alertOf(
  title: string,
  error: SidestreamError | null,
  again?: () => unknown,
): TemplateResult | typeof nothing {
  if (error === null) return nothing;
  return html`
    <div class="alert" role="alert">
      <p><strong>${title}</strong></p>
      <p>${error.message}</p>
      <p class="hint"><code>${error.code}</code></p>
      ${again ? html`<div class="row"><button class="button" type="button" @click=${again}>Try again</button></div>` : nothing}
    </div>`;
}

/** How many more there are than are shown. */
export const andMore = (all: number, shown: number): TemplateResult | typeof nothing =>
  all > shown ? html`<p class="hint">and ${count(all - shown)} more</p>` : nothing;

/** Facts in sentences. Those that are false are left out. */
export function lines(texts: readonly (string | false)[]): TemplateResult | typeof nothing {
  const said = texts.filter((text) => text !== false);
  return said.length === 0 ? nothing : html`<ul class="lines">${said.map((text) => html`<li>${text}</li>`)}</ul>`;
}

/** Figures with their names. Those that are false are left out. */
export const facts = (rows: readonly (readonly [string, string] | false)[]): TemplateResult => html`
  <dl class="row facts">${rows.map((row) => (row ? html`<div><dt class="hint">${row[0]}</dt><dd>${row[1]}</dd></div>` : nothing))}</dl>`;

/**
 * Menus that say which column has what.
 * @param labels words for each field
 * @param found columns that are read unless another is chosen
 * @param read reads the file again with the columns that differ from these
 */
export function columnMenus(
  labels: Readonly<Record<string, string>>,
  { columns, found, chosen }: { columns: readonly string[]; found: Columns; chosen: Columns },
  open: boolean,
  read: (chosen: Columns) => unknown,
): TemplateResult | typeof nothing {
  if (columns.length === 0) return nothing;
  const submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const data = new FormData(event.currentTarget);
    const named = Object.keys(labels).map((field) => ({ field, column: String(data.get(field) ?? '') }));
    const others = named.filter(({ field, column }) => column !== '' && column !== found[field]);
    read(Object.fromEntries(others.map(({ field, column }) => [field, column])));
  };
  return html`
    <details class="ruled" ?open=${open}>
      <summary>Which column is what?</summary>
      <form class="fields asked" @submit=${submitted}>
        ${Object.entries(labels).map(
          ([field, label]) => html`
            <label>${label}
              <select name=${field}>
                <option value="">No column</option>
                ${columns.map((column) => html`<option ?selected=${column === (chosen[field] ?? found[field])}>${column}</option>`)}
              </select>
            </label>`,
        )}
        <p><button class="button quiet">Read again with these columns</button></p>
      </form>
    </details>`;
}
