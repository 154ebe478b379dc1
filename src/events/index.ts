export {
  detailFields,
  EVENT_STRENGTH,
  type EventType,
  eventFields,
  eventSchema,
  itemIdSchema,
  type LoggedEvent,
  type NewEvent,
  storedCount,
  storedTime,
} from './event';
export { type ChoiceHistory, History, historySchema } from './history';
export { NO_RECORD, type ShopperRecord } from './shopper-state';
