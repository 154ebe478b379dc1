export { findRecipe } from './list';
