import { it } from 'vitest';

/** A long test, which runs at night and on the main branch: NIGHTLY=1 npm test. */
export const nightly = it.skipIf(!process.env.NIGHTLY);
