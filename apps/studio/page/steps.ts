import type { StudioState } from '../session';

export type StepName = 'catalogue' | 'encode' | 'learn' | 'try' | 'take-away';

/** A step of Studio as the list of steps shows it. */
export interface Step {
  name: StepName;
  title: string;
  /** One sentence about what happens in it. */
  about: string;
  optional?: boolean;
}

export const STEPS: readonly [Step, ...Step[]] = [
  { name: 'catalogue', title: 'Catalogue', about: 'Your products, and their pictures.' },
  { name: 'encode', title: 'Encode', about: 'Frozen encoders read the text and the picture of each product, once.' },
  {
    name: 'learn',
    title: 'Learn',
    about: 'A small model learns from past orders or clicks what shoppers choose next.',
    optional: true,
  },
  { name: 'try', title: 'Try', about: 'Your own products with their lists, as shoppers would see them.' },
  { name: 'take-away', title: 'Take away', about: 'The files to upload to your shop, and the lines to paste.' },
];

export type StepStatus = 'to do' | 'running' | 'done' | 'failed';

/** Why a step cannot be entered yet, and the step to do first; null if it can. */
export function missingFor(name: StepName, { catalog, bundle }: StudioState): { reason: string; first: Step } | null {
  if (name === 'catalogue') return null;
  if (catalog === null) return { reason: 'First read your products, in step 1.', first: stepOf('catalogue') };
  if (name === 'encode' || bundle !== null) return null;
  return { reason: 'First encode the products, in step 2.', first: stepOf('encode') };
}

/** The step at which a returning user continues. */
export function currentStep({ catalog, bundle, learned }: StudioState): StepName {
  if (catalog === null) return 'catalogue';
  if (bundle === null) return 'encode';
  return learned === null ? 'learn' : 'try';
}

export const stepOf = (name: StepName): Step => STEPS.find((step) => step.name === name) ?? STEPS[0];

export const numberOf = (name: StepName): number => STEPS.findIndex((step) => step.name === name) + 1;

/** The step that an address names after `#`; null if it names none. The pages of the tried shop are addresses as well. */
export const stepAt = (hash: string): StepName | null =>
  hash.startsWith('#/') ? 'try' : (STEPS.find(({ name }) => `#${name}` === hash)?.name ?? null);
