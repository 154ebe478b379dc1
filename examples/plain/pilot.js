import { beaconSink, callbackSink, connectAttributes, ga4Sink } from '/sidestream/adapters.js';
import { createRecommender } from '/sidestream/sidestream.js';

// One hook may feed several places: a server, GA4, and the page itself where it has room for the lines.
const lines = document.querySelector('#lines');
const toPage = callbackSink((line) => {
  lines.textContent = `${lines.dataset.begun ? lines.textContent : ''}${JSON.stringify(line)}\n`;
  lines.dataset.begun = 'yes';
});
const sinks = [beaconSink('/metrics'), ga4Sink(), ...(lines ? [toPage] : [])];
const toAll = (...report) => Promise.all(sinks.map((sink) => sink(...report)));

// The shop notes the answer: a no leaves nothing else on the device, and a yes holds although this page is left at once.
const answer = ['granted', 'denied'].find((level) => level === localStorage.getItem('recommendations'));
const options = { bundle: '/bundle/', consent: answer, onMetric: toAll };
export const recommender = await fetch('/pilot.json', { cache: 'no-cache' })
  .then((response) => response.json())
  .then((experiment) => createRecommender({ ...options, experiment }))
  .catch((error) => {
    console.error('No pilot on this page: no learned lists, and nobody is counted. Mend /pilot.json:', error);
    return createRecommender({ ...options, learning: false });
  });
recommender.on('error', ({ code, message }) => console.warn(code, message));

// The order of this page, or one whose page was left too early. Its number makes it count once.
const countOrder = async () => {
  const order = window.placedOrder ?? JSON.parse(localStorage.getItem('recommendations-order'));
  if (!order) return;
  const track = ({ id, ...line }) => recommender.track('purchase', id, { ...line, transactionId: order.number });
  // A product that the bundle lacks is refused, and must not hold up the others.
  for (const { reason } of await Promise.allSettled(order.lines.map(track))) if (reason) console.warn(reason.message);
  localStorage.removeItem('recommendations-order');
};
countOrder().catch((error) => console.warn('The order is not counted:', error));

for (const list of document.querySelectorAll('sidestream-recs')) list.recommender = recommender;
connectAttributes(recommender, { debug: location.hostname === 'localhost' });

const question = document.querySelector('#remember');
let before;
const follow = ({ consent }) => {
  question.hidden = consent !== 'pending';
  // Taken back, here or in another tab.
  if (before === 'granted' && consent === 'pending') localStorage.removeItem('recommendations');
  before = consent;
};
recommender.on('change', follow);
follow(await recommender.status());
question.addEventListener('click', async ({ target }) => {
  if (!target.value) return;
  localStorage.setItem('recommendations', target.value);
  await recommender.consent(target.value);
});
// Takes an answer back: deletes everything, and asks again.
document.querySelector('#choices').addEventListener('click', async () => {
  localStorage.removeItem('recommendations');
  await recommender.forget();
});

// Only to look at: the variant of this page, which is kept from page to page with consent.
const variant = document.querySelector('#variant');
const showVariant = async () => {
  variant.textContent = (await recommender.metrics()).variant ?? 'in no experiment';
};
recommender.on('change', showVariant);
await showVariant();
