import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Which part of a page is checked, and by which rules of axe. */
export interface Checked {
  /** Checks only the contents of elements that match one of these selectors. */
  include?: string[];
  exclude?: string;
  /** The only rule to check. */
  rule?: string;
  /** Also reports moderate and minor violations. */
  all?: boolean;
}

/** Serious and critical violations of accessibility in the page, as text. */
export async function violations(page: Page, checked: Checked = {}): Promise<string[]> {
  const { include = [], exclude, rule, all = false } = checked;
  // One run in the page itself that describes only what it finds. Otherwise axe describes every element that passes, and puts the
  // parts of several frames together in another page: three times as long, for pages that have no frames.
  // It stays in the page for the next run: half a megabyte of code need not be sent and parsed again.
  const known = await page.evaluate(async () => {
    // Half way from one colour to the next, contrast may be too low.
    const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(changes.map(({ finished }) => finished));
    return 'axe' in window;
  });
  const axe = new AxeBuilder({ page, ...(known ? { axeSource: 'void 0' } : {}) })
    .options({ resultTypes: ['violations'] })
    .setLegacyMode();
  for (const part of include) axe.include(part);
  if (exclude) axe.exclude(exclude);
  if (rule) axe.withRules(rule);
  const { violations: found } = await axe.analyze();
  return found
    .filter(({ impact }) => all || impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(' ')).join(', ')})`);
}

/**
 * The same in light and in dark colours: colours affect only contrast, so the other rules, which take longest, are checked
 * once.
 */
export async function violationsInSchemes(page: Page, checked: Checked = {}): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  const light = await violations(page, checked);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  const dark = await violations(page, { ...checked, rule: 'color-contrast' });
  return [...light, ...dark.map((text) => `dark: ${text}`)];
}
