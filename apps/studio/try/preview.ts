import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { SidestreamError } from '../../../src/error';
import { PageElement } from '../../demo/session-element';
import { alertOf } from '../page/templates';
import { BUNDLE_ADDRESS, registerStudioFiles } from '../serve';
import { listLine, type ShopLines } from '../take-away/texts';

/** Parts of a page that run code, load other pages, or change what addresses mean. */
const LEFT_OUT =
  'script, noscript, iframe, object, embed, base, meta[http-equiv], link[rel*=preload], link[rel=manifest]';

/** The first list on a page of the shop: a copy of the page without its scripts. */
@customElement('studio-preview')
export class StudioPreview extends PageElement {
  @property({ attribute: false }) lines!: ShopLines;
  @state() private page = '';
  @state() private failure: SidestreamError | null = null;
  @state() private busy = false;

  protected override render(): TemplateResult {
    return html`
      <form class="fields" @submit=${this.#show}>
        <label>Address of a page of your shop, or its HTML
          <textarea name="page" rows="3" required spellcheck="false" placeholder="https://your-shop.example/ or <!doctype html> …"></textarea>
        </label>
        <p><button class="button quiet" ?disabled=${this.busy}>Show the list on it</button></p>
      </form>
      ${alertOf('The page cannot be shown.', this.failure)}
      ${
        this.page === ''
          ? nothing
          : html`
              <p class="hint">Click in the page where the list should be. Its scripts do not run here.</p>
              <iframe class="preview" title="Your page with the list" sandbox="allow-same-origin allow-scripts" .srcdoc=${this.page} @load=${placeByClick}></iframe>`
      }`;
  }

  readonly #show = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const given = String(new FormData(event.currentTarget).get('page') ?? '').trim();
    this.busy = true;
    this.failure = null;
    try {
      await registerStudioFiles();
      const isAddress = URL.canParse(given);
      this.page = pageWithList(isAddress ? await textAt(given) : given, isAddress ? given : '', this.lines);
    } catch (thrown) {
      this.page = '';
      this.failure = SidestreamError.from(thrown);
    }
    this.busy = false;
  };
}

async function textAt(address: string): Promise<string> {
  const response = await fetch(address).catch(() => null);
  if (response?.ok) return response.text();
  const message =
    'Its host does not let other pages read it, as most hosts do. Open the page in another tab, choose “View page source”, copy all of it, and paste it here.';
  throw new SidestreamError('runtime/invalid-input', message);
}

/** The page with the list at the end of its content. @param address where it was found; empty for a page that says it itself */
function pageWithList(text: string, address: string, lines: ShopLines): string {
  const page = new DOMParser().parseFromString(text, 'text/html');
  const own = page.querySelector<HTMLLinkElement>('link[rel=canonical]')?.getAttribute('href') ?? '';
  const base = [address, own].find((one) => URL.canParse(one)) ?? document.baseURI;
  for (const part of page.querySelectorAll(LEFT_OUT)) part.remove();
  for (const part of page.querySelectorAll('*')) {
    for (const { name, value } of [...part.attributes]) {
      if (/^on|^srcset$/.test(name)) part.removeAttribute(name);
      else if (/^(src|href)$/.test(name) && URL.canParse(value, base))
        part.setAttribute(name, new URL(value, base).href);
    }
  }
  const script = Object.assign(page.createElement('script'), { type: 'module' });
  script.src = new URL('sidestream/sidestream.js', document.baseURI).href;
  page.head.append(script);
  const source = ` bundle="${new URL(BUNDLE_ADDRESS, document.baseURI).href}" namespace="studio preview"`;
  const place = page.querySelector('main') ?? page.body;
  place.insertAdjacentHTML('beforeend', listLine(source, 'placement="for-you"', lines));
  return `<!doctype html>${page.documentElement.outerHTML}`;
}

/** Moves the list below the part of the page that is clicked; no link is followed. */
function placeByClick({ currentTarget }: Event): void {
  const page = currentTarget instanceof HTMLIFrameElement ? currentTarget.contentDocument : null;
  page?.addEventListener(
    'click',
    (event) => {
      event.preventDefault();
      const list = page.querySelector('sidestream-recs');
      const place = page.elementFromPoint(event.clientX, event.clientY);
      if (list && place && place !== list && place !== page.body)
        place.closest('section, article, div, p, ul, header, form')?.after(list);
    },
    true,
  );
}
