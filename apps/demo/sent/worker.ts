import { countSent, type SentMessage } from './count-sent';

// Comes first in every worker of the demo: see vite.config.ts.
countSent((bytes) => postMessage({ type: 'shop-sent', bytes } satisfies SentMessage));
