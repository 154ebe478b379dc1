export {
  evaluateWindows,
  parseWindows,
  WINDOW_METHODS,
  type WindowMethodName,
  type WindowRun,
  windowsText,
} from './windows';
