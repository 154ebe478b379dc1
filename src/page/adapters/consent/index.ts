export * from './connect-consent';
export { type ConsentReport, type ConsentReportOptions, TOOLS, type ToolName } from './tool';
