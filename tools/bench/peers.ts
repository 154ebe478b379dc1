import { fileURLToPath } from 'node:url';
import { ownPackage } from '../own-package';

/** Package of what Sidestream is compared with; not part of the project's own, so that only benchmarks install it. */
export const PEERS = fileURLToPath(new URL('./peers/', import.meta.url));

const peers = ownPackage(PEERS, 'the peers that are measured beside Sidestream');

/**
 * Installs the peers where they are missing or of other versions than the lock file names.
 * @throws SidestreamError `runtime/unexpected` when npm fails
 */
export const installPeers = peers.install;

/** A file of a peer, by package and path. */
export const peerFile = peers.file;

/** Resolves modules as a file beside the peers would. */
export const peerRequire = peers.require;

/** The version of a peer that is installed. */
export const peerVersion = peers.version;
