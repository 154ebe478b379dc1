export { itemFilter } from '../rules/item-filter';
export {
  fetchRules,
  holdsAt,
  type PublishedRule,
  type PublishedRules,
  parseRules,
  type RuleProblem,
  ruleProblemText,
  rulesAt,
} from './rules-file';
export { RULES_FILE } from './rules-name';
