export {
  type ConsentCallback,
  type Consenter,
  type ConsentOptions,
  type ConsentSource,
  connectConsent,
  followConsent,
} from './connect-consent';
export type { ConsentReport, ConsentReportOptions } from './tool';
export { TOOLS, type ToolName } from './tool';
