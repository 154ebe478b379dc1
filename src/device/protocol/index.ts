export { EVENT_TYPES, MAX_CHARACTERS } from '../../core/events';
export type * from './api';
export * from './core';
export type * from './inspection';
export * from './requests';
export * from './rpc';
export * from './worker-api';
