import { html, nothing, type TemplateResult } from 'lit';
import { PLACEMENTS } from '../../src/device/ranking';
import { type Catalog, conditionFor, valuesOf } from './catalog';
import { type Draft, type FormRule, fieldName, KINDS, listName, matchText, NAMES, nameIn, words } from './model';

interface RuleContext {
  catalog: Catalog;
  titleOf(id: string): string;
  /** From 1. */
  number: number;
  open: boolean;
  problems: TemplateResult | typeof nothing;
  change(change: Partial<FormRule>): void;
  remove(): void;
  /** Undefined for the last rule, and the first. */
  later: (() => void) | undefined;
  earlier: (() => void) | undefined;
}

export const inputOf = ({ target }: Event): string =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement ? target.value : '';

/** A rule: what it does in words, its problems, and the form that changes it. */
export function ruleForm(draft: Draft, context: RuleContext): TemplateResult {
  const { entry, form } = draft;
  const { number, open, problems, titleOf } = context;
  const name = nameIn(entry) ?? `Rule ${number}`;
  return html`
    <details class="rule" ?open=${open}>
      <summary>
        <strong>${name}</strong>
        <span class="hint">${form ? words(entry, titleOf) : 'Written by hand; kept as it is'}</span>
      </summary>
      ${
        form
          ? fields(draft.key, form, context)
          : html`<pre tabindex="0" aria-label="The rule as it is in the file">${JSON.stringify(entry, null, 2)}</pre>`
      }
      <p class="row">
        <button class="button quiet small" type="button" ?disabled=${!context.earlier} @click=${context.earlier}>Move up</button>
        <button class="button quiet small" type="button" ?disabled=${!context.later} @click=${context.later}>Move down</button>
        <button class="button quiet small" type="button" aria-label="Remove the rule ${name}" @click=${context.remove}>Remove</button>
      </p>
    </details>
    ${problems}`;
}

function fields(key: number, form: FormRule, { catalog, change }: RuleContext): TemplateResult {
  return html`
    <div class="fields">
      <label>Name<input maxlength="100" .value=${form.name} @input=${(event: Event) => change({ name: inputOf(event) })} /></label>
      <label>What it does
        <select @change=${(event: Event) => {
          const kind = KINDS.find((one) => one === inputOf(event));
          if (kind) change({ kind });
        }}>
          ${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === form.kind}>${NAMES[kind]}</option>`)}
        </select>
      </label>
      ${form.kind === 'pin' ? pins(form, change) : condition(key, form, catalog, change)}
      <fieldset class="row">
        <legend>Lists <small>none checked: all</small></legend>
        ${PLACEMENTS.map(
          (placement) => html`
            <label class="check">
              <input
                type="checkbox"
                .checked=${form.placements.includes(placement)}
                @change=${({ target }: Event) => {
                  const others = form.placements.filter((one) => one !== placement);
                  const on = target instanceof HTMLInputElement && target.checked;
                  change({ placements: on ? [...others, placement] : others });
                }}
              />${listName(placement)}</label>`,
        )}
      </fieldset>
      ${moment('from', 'From', form, change)} ${moment('until', 'Until', form, change)}
    </div>`;
}

/** A date and, if wanted, a time: without one, an end includes its whole day. */
function moment(field: 'from' | 'until', label: string, form: FormRule, change: RuleContext['change']): TemplateResult {
  const [date = '', time = ''] = form[field].split('T');
  const set = (day: string, hour: string): void => change({ [field]: day && hour ? `${day}T${hour}` : day });
  return html`
    <label>${label}<input type="date" .value=${date} @change=${(event: Event) => set(inputOf(event), time)} /></label>
    <label>${label}, time<input type="time" ?disabled=${date === ''} .value=${time} @change=${(event: Event) => set(date, inputOf(event))} /></label>`;
}

function condition(
  key: number,
  { kind, condition, strength }: FormRule,
  catalog: Catalog,
  change: RuleContext['change'],
): TemplateResult {
  const { field } = condition;
  const names = catalog.attributes.map(({ name }) => `attributes.${name}`);
  // An attribute that no product has any more is still the rule's.
  const all = [...new Set(['id', 'category', ...names, field])];
  const values = field === 'id' ? 'products' : `values-${key}`;
  return html`
    <label>Products by
      <select @change=${(event: Event) => change({ condition: { field: inputOf(event), match: '' } })}>
        ${all.map((one) => html`<option value=${one} ?selected=${one === field}>${fieldName(one)}</option>`)}
      </select>
    </label>
    <label>${fieldName(field)}
      <input
        list=${values}
        autocomplete="off"
        .value=${matchText(condition)}
        @input=${(event: Event) => change({ condition: conditionFor(catalog, field, inputOf(event)) })}
      />
    </label>
    ${
      field === 'id'
        ? nothing
        : html`<datalist id=${values}>${valuesOf(catalog, field).map((value) => html`<option value=${value}></option>`)}</datalist>`
    }
    ${
      kind === 'hide'
        ? nothing
        : html`<label>Strength <small>0.5 to 10; usual: 1</small>
            <input
              type="number"
              min="0.5"
              max="10"
              step="0.5"
              .value=${strength === undefined ? '' : String(strength)}
              @input=${(event: Event) => change({ strength: inputOf(event) === '' ? undefined : Number(inputOf(event)) })}
            />
          </label>`
    }`;
}

function pins({ pins }: FormRule, change: RuleContext['change']): TemplateResult {
  const set = (n: number, pin: Partial<FormRule['pins'][number]>): void =>
    change({ pins: pins.map((one, m) => (m === n ? { ...one, ...pin } : one)) });
  return html`
    <fieldset class="stack">
      <legend>Pinned products</legend>
      ${pins.map(
        ({ itemId, position }, n) => html`
          <div class="pin">
            <label>Product <input list="products" autocomplete="off" .value=${itemId} @input=${(event: Event) => set(n, { itemId: inputOf(event) })} /></label>
            <label>Place
              <input type="number" min="1" max="100" .value=${String(position + 1)} @change=${(event: Event) => set(n, { position: Number(inputOf(event)) - 1 })} />
            </label>
            <button class="button quiet small" type="button" aria-label="Remove the pin of ${itemId}" @click=${() => change({ pins: pins.filter((_, m) => m !== n) })}>Remove</button>
          </div>`,
      )}
      <button class="button quiet small" type="button" @click=${() => change({ pins: [...pins, { itemId: '', position: pins.length }] })}>Add a product</button>
    </fieldset>`;
}
