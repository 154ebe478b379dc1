export { fitLexical, joinedRow, type LexicalEncoder, lexicalVector } from './lexical';
export { type LexicalTerms, lexicalTerms, type WeightedText } from './lexical-terms';
