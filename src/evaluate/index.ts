export { type EventFormat, type EventLog, type PooledEvent, readEvents } from './events';
