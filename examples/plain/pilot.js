import { beaconSink, callbackSink, ga4Sink } from '/sidestream/adapters.js';
import { createRecommender } from '/sidestream/sidestream.js';

const lines = document.querySelector('#lines');
const toServer = beaconSink('/metrics');
const toGa4 = ga4Sink();
const toPage = callbackSink((line) => {
  lines.textContent = `${lines.dataset.begun ? lines.textContent : ''}${JSON.stringify(line)}\n`;
  lines.dataset.begun = 'yes';
});

const recommender = await createRecommender({
  bundle: '/bundle/',
  // Visitors are counted with consent only. This page takes it as given; yours asks for it.
  consent: 'granted',
  experiment: { name: 'pilot', variants: [{ name: 'on' }, { name: 'off', learning: false }] },
  // One hook may feed several places.
  onMetric: (...report) => Promise.all([toServer, toGa4, toPage].map((sink) => sink(...report))),
});
recommender.on('error', ({ code, message }) => console.warn(code, message));
document.querySelector('sidestream-recs').recommender = recommender;
const { variant } = await recommender.metrics();
document.querySelector('#variant').textContent = variant;
