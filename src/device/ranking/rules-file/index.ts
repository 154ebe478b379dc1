export { itemFilter } from '../rules/item-filter';
export { holdsAt, rulesAt } from './rules-at';
export {
  fetchRules,
  type PublishedRule,
  type PublishedRules,
  parseRules,
  type RuleProblem,
  ruleProblemText,
} from './rules-file';
export { RULES_FILE } from './rules-name';
