import { html, svg, type TemplateResult } from 'lit';

/**
 * A button that opens the camera or a file picker.
 * @param chosen receives the picture
 */
export function photoButton(label: string, chosen: (picture: File) => void): TemplateResult {
  const open = ({ currentTarget }: Event): void => {
    const input = currentTarget instanceof HTMLElement ? currentTarget.nextElementSibling : null;
    if (input instanceof HTMLInputElement) input.click();
  };
  const taken = ({ currentTarget }: Event): void => {
    if (!(currentTarget instanceof HTMLInputElement)) return;
    const picture = currentTarget.files?.[0];
    // The same picture may be chosen again.
    currentTarget.value = '';
    if (picture) chosen(picture);
  };
  return html`
    <button part="photo" class="photo" type="button" aria-label=${label} title=${label} @click=${open}>${CAMERA}</button>
    <input class="file" type="file" accept="image/*" tabindex="-1" aria-hidden="true" @change=${taken} />`;
}

const CAMERA = html`<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linejoin="round">${svg`
  <path d="M4 8h3.2l1.6-2.5h6.4L16.8 8H20a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1Z" /><circle cx="12" cy="13" r="3.5" />`}</svg>`;
