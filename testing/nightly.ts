import { it } from 'vitest';

/** Whether long tests run, which is so at night and on the main branch: NIGHTLY=1 npm test. */
export const isNightly = Boolean(process.env.NIGHTLY);

/** A long test. */
export const nightly = it.skipIf(!isNightly);
