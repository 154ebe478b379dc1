// Once the page is there: the first visit does not wait for what later ones need.
if ('serviceWorker' in navigator) addEventListener('load', () => navigator.serviceWorker.register('/sw.js'));
