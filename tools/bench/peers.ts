import { fileURLToPath } from 'node:url';
import { ownPackage } from '../own-package';

/** The libraries with which Sidestream is compared; not in the project's own packages, so that only benchmarks install them. */
export const peers = ownPackage(
  fileURLToPath(new URL('./peers/', import.meta.url)),
  'the peers that are measured beside Sidestream',
);
