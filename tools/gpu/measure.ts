import { compareImages, compareTexts } from './encoders';
import type { Findings, Part } from './findings';
import type { Host, Say } from './host';
import type { Sizes } from './sizes';

const COMPARISONS: Record<Part, (host: Host, sizes: Sizes, say: Say) => Promise<Findings>> = {
  text: compareTexts,
  image: compareImages,
};

/** Measures one part where this runs. */
export const measure = (part: Part, host: Host, sizes: Sizes, say: Say): Promise<Findings> =>
  COMPARISONS[part](host, sizes, say);
