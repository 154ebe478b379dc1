export { WINDOW_METHODS, type WindowMethod, type WindowMethodName } from './window-methods';
export { evaluateWindows, parseWindows, type WindowRun, type WindowsProtocol, windowsText } from './windows';
