import type { ContentVectors } from '../catalog';

/** How much of a content similarity is text, and how much picture. */
export interface ModalityParts {
  text: number;
  image: number;
}

/** Dot product of an item's content vector with a query, by modality: a vector is text ++ image. */
export function modalityParts(
  { width, values }: Pick<ContentVectors, 'width' | 'values'>,
  row: number,
  query: Float32Array,
): ModalityParts {
  const half = width / 2;
  let [text, image] = [0, 0];
  for (let d = 0, at = row * width; d < half; d++, at++) {
    text += query[d] * values[at];
    image += query[d + half] * values[at + half];
  }
  return { text, image };
}
