export { type Closing, deleteDeviceStore, deviceStoreExists } from './database';
export { DeviceStore, type DeviceStoreOptions } from './device-store';
export { MemoryStore } from './memory-store';
export { isSealed, openSealed, seal } from './sealed-file';
export type { LocalItem, Snapshot, Store, TallyFile } from './store';
