import { inBrowser } from 'vitepress';

/** The reader's framework, by the label of a tab. */
const KEY = 'sidestream-framework';

if (inBrowser) {
  addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.closest('.vp-code-group')) return;
    const chosen = target.labels?.[0]?.textContent ?? '';
    store(chosen);
    show(chosen);
  });
}

/** Opens the tab of the reader's framework in all tabs of the page. */
export function followFramework(): void {
  const chosen = stored();
  if (chosen) show(chosen);
}

function show(chosen: string): void {
  for (const group of document.querySelectorAll('.vp-code-group')) {
    const inputs = [...group.querySelectorAll('input')];
    const index = inputs.findIndex(({ labels }) => labels?.[0]?.textContent === chosen);
    const input = inputs[index];
    if (!input) continue;
    input.checked = true;
    for (const [place, block] of [...group.querySelectorAll('.blocks > *')].entries())
      block.classList.toggle('active', place === index);
  }
}

/** @returns nothing if the browser does not let the page keep anything */
function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function store(chosen: string): void {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // The choice holds until the page is left.
  }
}
