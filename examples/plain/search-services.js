/*
 * One function for each search service: for words, it gives the function that finds ids, from a position on. Only ids are fetched, and
 * nothing about the shopper is sent. A browser gets a key that can do nothing but search.
 */

export const algolia =
  ({ address, application, key, index }) =>
  (words) =>
  async (from, count) => {
    const { hits } = await answer(`${address}/1/indexes/${index}/query`, {
      method: 'POST',
      headers: { 'x-algolia-application-id': application, 'x-algolia-api-key': key },
      body: JSON.stringify({
        query: words,
        offset: from,
        length: count,
        attributesToRetrieve: ['objectID'],
        attributesToHighlight: [],
      }),
    });
    return hits.map(({ objectID }) => objectID);
  };

export const meilisearch =
  ({ address, key, index }) =>
  (words) =>
  async (from, count) => {
    const { hits } = await answer(`${address}/indexes/${index}/search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        q: words,
        offset: from,
        limit: count,
        attributesToRetrieve: ['id'],
      }),
    });
    return hits.map(({ id }) => id);
  };

/** It gives at most 250 results at once, so the window must not be larger. */
export const typesense =
  ({ address, key, index }) =>
  (words) =>
  async (from, count) => {
    const query = new URLSearchParams({
      q: words,
      query_by: 'title',
      offset: from,
      limit: count,
      include_fields: 'id',
    });
    const { hits } = await answer(`${address}/collections/${index}/documents/search?${query}`, {
      headers: { 'x-typesense-api-key': key },
    });
    return hits.map(({ document }) => document.id);
  };

async function answer(address, request) {
  const response = await fetch(address, request);
  if (!response.ok) throw new Error(`the search answered ${response.status}`);
  return response.json();
}
