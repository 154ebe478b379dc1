import { vi } from 'vitest';

const { waitFor } = vi;
/** Milliseconds that a condition may take on a loaded machine; `vi.waitFor` gives up after one second, and takes no setting. */
const PATIENCE = 20_000;

vi.waitFor = (condition, options = PATIENCE) => waitFor(condition, options);
