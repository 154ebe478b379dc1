export {
  evaluateWindows,
  WINDOW_METHODS,
  type WindowMethodName,
  windowRunSchema,
} from './windows';
