import { makeDemoCatalog } from './demo/catalogue';

const { items, categories } = await makeDemoCatalog({
  catalog: '.cache/demo/catalog.jsonl',
  images: 'public/images',
});
console.log(
  `${items.length} products in ${categories.length} categories: .cache/demo/catalog.jsonl, pictures in public/images`,
);
