// Comes late: only lists with the attribute variant-choice need it.
export { VariantChoice } from './variant-choice';
