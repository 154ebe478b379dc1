export { ERROR_CODES } from './error';
export * from './page';
export type * from './protocol/api';
export type * from './protocol/inspection';
