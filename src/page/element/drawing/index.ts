export { type ChartFrame, DrawnChart, sideMargins } from './drawn-chart';
