export { DeviceStore, deleteDeviceStore, deviceStoreExists } from './device-store';
export { MemoryStore } from './memory-store';
export type { LocalItem, Store } from './store';
