import { html, nothing, type TemplateResult } from 'lit';
import * as v from 'valibot';
import type { CatalogReport } from '../session';

/** Values that an export may lack and that the lines to paste state: asked once, and kept in this browser. */
const schema = v.object({
  /** Code of the currency; empty for prices without a sign. */
  currency: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^([A-Z]{3})?$/))), undefined),
  /** Address of a product's page, with `{id}`. */
  address: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^[^\s"<>]*\{id\}[^\s"<>]*$/))), undefined),
});

export type OwnShop = Required<v.InferOutput<typeof schema>> & { currency: string; address: string };

const KEY = 'sidestream studio shop';

const kept = (): v.InferOutput<typeof schema> => {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), localStorage.getItem(KEY));
  return read.success ? read.output : {};
};

/** As the user has stated it, else as the export does. */
export function ownShop(catalog: Pick<CatalogReport, 'currency'> | null): OwnShop {
  const { currency = catalog?.currency ?? '', address = '/products/{id}' } = kept();
  return { currency, address };
}

export const forgetShop = (): void => localStorage.removeItem(KEY);

const names = new Intl.DisplayNames(['en'], { type: 'currency' });
/** By their names. */
const CURRENCIES = Intl.supportedValuesOf('currency')
  .map((code) => ({ code, name: names.of(code) ?? code }))
  .toSorted((a, b) => a.name.localeCompare(b.name));

/** The questions. @param changed called after an answer */
export function shopQuestions(catalog: CatalogReport, changed: () => void): TemplateResult {
  const { currency, address } = ownShop(catalog);
  const keep = (field: keyof OwnShop) => (event: Event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement) || !input.reportValidity()) return;
    localStorage.setItem(KEY, JSON.stringify({ ...kept(), [field]: input.value }));
    changed();
  };
  return html`
    <h3>Your shop</h3>
    <p class="hint">Asked once: cards show it here, and the lines to paste state it.</p>
    <div class="fields asked">
      <label>Currency of the prices
        <select @change=${keep('currency')}>
          <option value="">No sign</option>
          ${CURRENCIES.map(({ code, name }) => html`<option value=${code} ?selected=${code === currency}>${name}, ${code}</option>`)}
        </select>
      </label>
      ${
        catalog.withoutAddress === 0
          ? nothing
          : html`
              <label>Address of a product’s page, with {id} for its id
                <input required pattern=${'[^\\s"<>]*\\{id\\}[^\\s"<>]*'} .value=${address} @change=${keep('address')} />
              </label>`
      }
    </div>`;
}
