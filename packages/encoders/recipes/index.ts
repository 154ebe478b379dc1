import { mobilenetV2 } from './mobilenet-v2';
import type { Recipe } from './recipe';
import { useLite } from './use-lite';

const RECIPES: readonly Recipe[] = [useLite, mobilenetV2];

/** The recipe of a preset, or undefined when it is not built from an npm package. */
export function findRecipe(name: string): Recipe | undefined {
  return RECIPES.find((recipe) => recipe.name === name);
}
