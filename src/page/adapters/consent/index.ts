export {
  type ConsentCallback,
  type Consenter,
  type ConsentOptions,
  type ConsentSource,
  connectConsent,
  followConsent,
} from './connect-consent';
export type { ConsentReport, ConsentReportOptions } from './report';
export type { ToolName } from './tool';
