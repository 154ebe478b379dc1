import type { NextConfig } from 'next';
import { BASE } from './app/base';

const config: NextConfig = {
  basePath: BASE,
  // The default of a new app: visited pages stay in the document, hidden.
  cacheComponents: true,
  partialPrefetching: true,
  // Files of the bundle are named by their contents, except the manifest and the files published beside it.
  headers: async () => [
    {
      source: '/bundle/:file(.*-[0-9a-f]{16}\\..*)',
      headers: [{ key: 'Cache-Control', value: 'public, max-age=31536000, immutable' }],
    },
  ],
};

export default config;
