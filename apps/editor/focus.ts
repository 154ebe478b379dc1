/**
 * Keeps the focus in the rule whose button was pressed while the page is updated: a rule that moves loses it, a button may be disabled, and
 * after a rule was removed it goes to the next one.
 */
export async function keepFocus(page: HTMLElement, updated: Promise<unknown>): Promise<void> {
  const focused = document.activeElement;
  const rule = focused?.closest('.rules > li');
  if (!rule || !(focused instanceof HTMLElement)) return;
  const place = [...page.querySelectorAll('.rules > li')].indexOf(rule);
  await updated;
  if (rule.isConnected) {
    (focused.matches(':disabled') ? rule.querySelector('summary') : focused)?.focus();
    return;
  }
  const summaries = page.querySelectorAll<HTMLElement>('.rules summary');
  (
    summaries[place] ??
    [...summaries].at(-1) ??
    page.querySelector<HTMLElement>('[aria-label="Add a rule"] button')
  )?.focus();
}

/** Keeps the focus on a product of the list that was moved. @param label of the button that was pressed */
export function focusProduct(page: HTMLElement, id: string, label: string): void {
  const row = [...page.querySelectorAll<HTMLElement>('.order > li')].find(({ dataset }) => dataset.product === id);
  const buttons = [...(row?.querySelectorAll<HTMLButtonElement>('button:enabled') ?? [])];
  (buttons.find(({ title }) => title === label) ?? buttons[0])?.focus();
}
