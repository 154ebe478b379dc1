export { fetchMutable, type MutableFile, parseMutable } from './mutable-file';
