import { createRecommender } from '/sidestream/sidestream.js';

// The recommender that the lists share.
const recommender = await createRecommender({ bundle: '/bundle/' });
const list = document.querySelector('sidestream-recs');
/** The first item of the first list at present. */
let first;
list.addEventListener('recommend', ({ detail: { items } }) => {
  first = items[0]?.item;
});

async function update(offer, told) {
  if (!first) return;
  const { id, title } = first;
  await recommender.catalog.updateOffers([{ id, ...offer }]);
  document.querySelector('[role="status"]').textContent = `${title} ${told}`;
}

document.querySelector('#sold-out').onclick = () => update({ availability: 'out-of-stock' }, 'is sold out.');
document.querySelector('#cheaper').onclick = () =>
  update({ price: first.price / 2, listPrice: first.price }, 'costs half.');
