export { type RerankOrder, rerank } from './rerank';
