export { itemFilter } from '../rules/item-filter';
export { holdsAt, rulesAt } from './rules-at';
export {
  fetchRules,
  type PublishedRule,
  type PublishedRules,
  parseRules,
  RULES_FILE,
  type RuleProblem,
  ruleProblemText,
} from './rules-file';
