export { fetchMutable, freshFrom, type MutableFile, parseMutable } from './mutable-file';
