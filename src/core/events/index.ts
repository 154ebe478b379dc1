export {
  detailFields,
  EVENT_STRENGTH,
  eventFields,
  eventSchema,
  itemIdSchema,
  type LoggedEvent,
  type NewEvent,
  storedCount,
  storedId,
  storedTime,
} from './event';
export { EVENT_TYPES, type EventDetails, type EventType, MAX_CHARACTERS } from './event-types';
export { type ChoiceHistory, History, historySchema, isSameOrder } from './history';
export { NO_RECORD, PICK, type ShopperRecord, VISIT_PAUSE } from './shopper-state';
