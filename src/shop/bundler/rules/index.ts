export { type CheckedProblem, type CheckedRules, checkRules } from './check-rules';
export { keepsRules, publishRules, removeRules } from './publish-rules';
