import { fileURLToPath } from 'node:url';
import { ownPackage } from '../own-package';

/** What Sidestream is compared with; not part of the project's own packages, so that only benchmarks install it. */
export const peers = ownPackage(
  fileURLToPath(new URL('./peers/', import.meta.url)),
  'the peers that are measured beside Sidestream',
);
