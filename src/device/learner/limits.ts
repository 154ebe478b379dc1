/** Version of the stored profile that this code reads and writes. */
export const PROFILE_SCHEMA = 1;

/** Maximum number of kept experts, including the generalist. */
export const MAX_KEPT = 4;
/** Number of candidates on trial at a time. */
export const CANDIDATES = 2;
/** Memory of an expert's posterior mass, per choice: pruning removes the least. */
export const MASS_MEMORY = 0.98;
/** Number of last choices that an expert keeps: its states of the side model are made from them, and it names them as its sources. */
export const MAX_CHOSEN = 64;
/** Maximum number of dismissals that an expert can revert. */
export const MAX_DISMISSED = 200;
/**
 * Bound of one coefficient of a read-out. Choices stay far below it: a step is at most 3 * 2 sqrt(2 items), and fading
 * bounds the sum to 25 steps, 2 * 10^5 for a million items. Dismissals do not fade one another, so they need the bound.
 */
export const MAX_COEFFICIENT = 1e6;
/** Maximum number of columns of a block of a read-out: twice the width of the features. */
export const MAX_WIDTH = 65_536;
