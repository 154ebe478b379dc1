export type { Lost } from './database';
export { deleteDeviceStore, deviceStoreExists } from './device-presence';
export type { DeviceStore } from './device-store';
export { type Encryption, encryptionSchema } from './encryption';
export { eventSize, excessEvents, LOG_BUDGET } from './log-size';
export { MemoryStore } from './memory-store';
export {
  firstOrigin,
  type LocalItem,
  localItemSchema,
  type ProfileOrigin,
  type Store,
  type StoredProfile,
} from './store';

/** Loads the code of the store on the device. Without consent it is not needed. */
export const deviceStores = (): Promise<typeof import('./device-store')> => import('./device-store');

/** Loads the code of encrypted files. Few shoppers export or import a profile. */
export const encryptedFiles = (): Promise<typeof import('./encrypted-file')> => import('./encrypted-file');
