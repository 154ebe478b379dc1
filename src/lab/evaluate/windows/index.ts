export { WINDOW_METHODS, type WindowMethodName } from './window-methods';
export { evaluateWindows, parseWindows, type WindowRun, windowsText } from './windows';
