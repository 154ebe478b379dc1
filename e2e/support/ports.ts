/** Port of the demo shop's preview server. E2E_PORT changes it, so that two checkouts can run their browser tests at the same time. */
export const SITE_PORT = Number(process.env.E2E_PORT ?? 4173);
/** Port of the server of the test pages in `e2e/pages`. */
export const PAGES_PORT = SITE_PORT + 1;
/** Address of the test pages. */
export const PAGES = `http://localhost:${PAGES_PORT}`;
