export type { Closing } from './database';
export { deleteDeviceStore, deviceStoreExists } from './device-presence';
export type { DeviceStore } from './device-store';
export { type Encryption, encryptionSchema } from './encryption';
export { deviceStores, sealedFiles } from './late-code';
export { MemoryStore } from './memory-store';
export { eventSize, type LocalItem, type Snapshot, type Store } from './store';
