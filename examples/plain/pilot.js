import { beaconSink, callbackSink, ga4Sink } from '/sidestream/adapters.js';
import { createRecommender } from '/sidestream/sidestream.js';

const find = (selector) => document.querySelector(selector);

// The weights are in a file of their own, which no cache keeps: a change counts from the next page on.
const experiment = await fetch('pilot.json', { cache: 'no-cache' })
  .then((answer) => (answer.ok ? answer.json() : null))
  .catch(() => null);

const toServer = beaconSink('/metrics');
const toGa4 = ga4Sink();
const lines = find('#lines');
const toPage = callbackSink((line) => {
  lines.textContent = `${lines.dataset.begun ? lines.textContent : ''}${JSON.stringify(line)}\n`;
  lines.dataset.begun = 'yes';
});

// A no leaves nothing on the device, so the shop remembers it.
const refused = localStorage.getItem('recommendations') === 'denied';
const recommender = await createRecommender({
  bundle: '/bundle/',
  ...(refused ? { consent: 'denied' } : {}),
  // Without the file nobody gets learned lists, and nobody is counted.
  ...(experiment ? { experiment } : { learning: false }),
  // Called with consent only. One hook may feed several places.
  onMetric: (...report) => Promise.all([toServer, toGa4, toPage].map((sink) => sink(...report))),
});
recommender.on('error', ({ code, message }) => console.warn(code, message));

const show = async ({ consent }) => {
  find('#question').hidden = consent !== 'pending';
  // The variant of the visit's pages is the one that is kept with consent.
  find('#variant').textContent = (await recommender.metrics()).variant ?? 'in no experiment';
};
recommender.on('change', show);
await show(await recommender.status());
for (const button of document.querySelectorAll('#question button')) {
  button.addEventListener('click', () => {
    localStorage.setItem('recommendations', button.value);
    return recommender.consent(button.value);
  });
}
find('sidestream-recs').recommender = recommender;

// On your confirmation page: each line of the order under its number, which counts once however often the page is opened.
find('#order').addEventListener('click', async () => {
  const transactionId = crypto.randomUUID();
  const { items } = await recommender.recommend({ limit: 1 });
  for (const { item } of items) {
    const details = { quantity: 1, price: item.price ?? undefined, currency: 'EUR', transactionId };
    await recommender.track('purchase', item.id, details);
  }
});
