export { fitLexical, joinedRow, type LexicalEncoder, lexicalVector } from './lexical';
export { type LexicalTerms, lexicalTerms } from './lexical-terms';
