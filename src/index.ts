export type * from './device/protocol/api';
export type * from './device/protocol/inspection';
export { ERROR_CODES } from './error';
export * from './page';
