// npx workbox-cli generateSW workbox-config.cjs: run it after each build of the shop or of the bundle.
module.exports = {
  globDirectory: 'public',
  swDest: 'public/sw.js',
  // A new service worker has all files before it starts, and starts once no page of the one before is open.
  globPatterns: ['**/*.{html,css,js,json,bin}'],
  globIgnores: [
    'sw.js',
    'sidestream/{ort,onnxruntime,plots}-*',
    'bundle/{offers*,rules}.json',
    'bundle/*.tokenizer*.json',
  ],
  maximumFileSizeToCacheInBytes: 50e6,
  ignoreURLParametersMatching: [/.*/],
  cleanupOutdatedCaches: true,
  inlineWorkboxRuntime: true,
  runtimeCaching: [
    { urlPattern: /\/bundle\/(offers(-[a-z0-9-]+)?|rules)\.json$/, handler: 'NetworkFirst' },
    {
      // Pictures of other hosts would fill the disk: browsers count megabytes for each.
      urlPattern: ({ request, sameOrigin }) => sameOrigin && request.destination === 'image',
      handler: 'StaleWhileRevalidate',
      options: { cacheName: 'pictures', expiration: { maxEntries: 300, purgeOnQuotaError: true } },
    },
  ],
};
