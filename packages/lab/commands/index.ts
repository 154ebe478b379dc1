export { evaluateCommand } from './evaluate/evaluate';
export { pilotCommand } from './pilot';
export { reportCommand } from './report';
