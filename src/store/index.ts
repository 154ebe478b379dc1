export { type Closing, deleteDeviceStore, deviceStoreExists } from './database';
export { DeviceStore, type DeviceStoreOptions } from './device-store';
export { type Encryption, encryptionSchema } from './encryption';
export { MemoryStore } from './memory-store';
export { eventSize, type LocalItem, type Snapshot, type Store, type TallyFile } from './store';

/** Files under a passphrase. Few shoppers move a profile, so their code comes when it is asked for. */
export const sealedFiles = (): Promise<typeof import('./sealed-file')> => import('./sealed-file');
