export type { Closing } from './database';
export { deleteDeviceStore, deviceStoreExists } from './device-presence';
export type { DeviceStore, DeviceStoreOptions } from './device-store';
export { type Encryption, encryptionSchema } from './encryption';
export { MemoryStore } from './memory-store';
export { eventSize, type LocalItem, type Snapshot, type Store, type TallyFile } from './store';

/** The store on the device. Before consent there is none, so its code comes with it. */
export const deviceStores = (): Promise<typeof import('./device-store')> => import('./device-store');

/** Files under a passphrase. Few shoppers move a profile, so their code comes when it is asked for. */
export const sealedFiles = (): Promise<typeof import('./sealed-file')> => import('./sealed-file');
