import { columnsOf, rowTrack } from '../../../src/core/card';

/**
 * Styles of the lists, for a page's `<head>`. They have the sizes of the element and of its cards (`sidestream-recs.styles.ts` and
 * `card.styles.ts` there): before its script has loaded and while it loads, the list takes the space that the ranked list will take.
 * `e2e/lists.spec.ts` compares the two.
 */
const STYLES = `/* Lists written by \`sidestream lists\`, before the script of <sidestream-recs> and without it. */
sidestream-recs:not(:defined) {
  display: block;
  margin-block: var(--sidestream-margin, 1.5rem);
  container-type: inline-size;
}
/* The heading, or its space; the shop's own rules may reserve the space of a list that is not written yet. */
sidestream-recs:not(:defined):has(> .sidestream-list)::before {
  content: attr(heading);
  display: flex;
  float: none;
  block-size: auto;
  align-items: start;
  min-block-size: 2.75rem;
  margin-block-end: 0.375rem;
  font-size: var(--sidestream-heading-size, 1.25rem);
  font-weight: 650;
  line-height: 1.25;
  letter-spacing: -0.012em;
}
.sidestream-list {
  --_card: var(--sidestream-card-size, 10.5rem);
  --_gap: var(--sidestream-gap, 1rem);
  --_radius: var(--sidestream-radius, 0.875rem);
  --_tile: var(--sidestream-tile, color-mix(in srgb, currentColor 6%, transparent));
  --_muted: var(--sidestream-muted, color-mix(in srgb, currentColor 74%, transparent));
  --_leading: 1.4;
  --_reason-lines: var(--sidestream-reason-lines, 2);
  --_least: min(var(--_card), 50% - var(--_gap) / 2);
  --_row: minmax(min-content, 0);
  box-sizing: content-box;
  display: grid;
  grid-template-columns: repeat(auto-fill, var(--_track));
  grid-auto-rows: var(--_row) var(--_row) var(--_row) var(--_row) auto;
  column-gap: var(--_gap);
  margin: calc(var(--_gap) * -1.5) 0 0;
  padding: 0;
  list-style: none;
}
.sidestream-list:lang(ar) {
  --_leading: 1.65;
}
.sidestream-list:lang(ja) {
  --_leading: 1.55;
}
@container (inline-size < 26rem) {
  .sidestream-list {
    --_reason-lines: var(--sidestream-reason-lines, 3);
  }
}
.sidestream-list > li {
  position: relative;
  box-sizing: border-box;
  display: grid;
  grid-template: subgrid / minmax(0, 1fr);
  grid-row: span 5;
  min-inline-size: 0;
  margin: calc(var(--_gap) * 1.5) 0 0;
  padding: 0;
}
sidestream-recs[add-to-cart] > .sidestream-list > li {
  padding-block-end: 3rem;
}
.sidestream-list > li > span {
  position: relative;
  display: grid;
  place-items: center;
  aspect-ratio: var(--sidestream-media-ratio, 1);
  overflow: hidden;
  background: var(--_tile);
  border-radius: var(--_radius);
}
.sidestream-list > li > span::after {
  content: "";
  position: absolute;
  inset: 0;
  border: 1px solid color-mix(in srgb, currentColor 12%, transparent);
  border-radius: inherit;
}
.sidestream-list > li > span:not(:has(img))::before {
  content: attr(data-initial);
  position: absolute;
  font-size: 2.5rem;
  font-weight: 600;
  color: var(--_muted);
  opacity: 0.6;
}
.sidestream-list img {
  position: absolute;
  inset: 0;
  box-sizing: border-box;
  inline-size: 100%;
  block-size: 100%;
  max-inline-size: none;
  margin: 0;
  padding: var(--sidestream-image-padding, 0);
  object-fit: var(--sidestream-image-fit, contain);
}
.sidestream-list img:is([src*=".jpg" i], [src*=".jpeg" i]) {
  background: #fff;
}
.sidestream-list > li > div {
  --_texts: calc(var(--_leading) * (3.8125em + var(--_reason-lines) * 0.8125em) + 0.375rem);
  display: grid;
  grid-template: subgrid / minmax(0, 1fr);
  grid-row: 2 / -1;
  min-inline-size: 0;
  margin-block-start: 0.625rem;
}
.sidestream-list > li > div > *,
.sidestream-list > li > div::after {
  grid-area: 1 / 1;
}
.sidestream-list > li > div::after {
  content: "";
  grid-row-end: -1;
  min-block-size: var(--_texts);
}
.sidestream-list :is(a, small) {
  align-self: start;
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
  margin: 0;
  padding: 0;
  overflow: hidden;
  line-height: var(--_leading);
  text-align: start;
  overflow-wrap: anywhere;
  hyphens: auto;
  unicode-bidi: plaintext;
}
.sidestream-list:dir(rtl) :is(a, small) {
  text-align: right;
}
.sidestream-list a {
  color: inherit;
  font-weight: 550;
  text-decoration: none;
}
.sidestream-list a::after {
  content: "";
  position: absolute;
  inset: 0;
  border-radius: var(--_radius);
}
.sidestream-list a:focus-visible {
  outline: none;
}
.sidestream-list a:focus-visible::after {
  outline: 2px solid var(--sidestream-accent, currentColor);
  outline-offset: 2px;
}
.sidestream-list li:hover a {
  text-decoration: underline;
  text-underline-offset: 0.2em;
}
.sidestream-list > li > div > em {
  grid-row: 2;
  block-size: calc(var(--_leading) * 1em);
  font-size: 0.8125em;
  font-style: normal;
  line-height: var(--_leading);
  color: var(--_muted);
}
.sidestream-list > li > div > p {
  grid-row: 3;
  block-size: calc(var(--_leading) * 1em);
  margin: 0.125rem 0 0;
  overflow: hidden;
  line-height: var(--_leading);
  font-variant-numeric: tabular-nums;
}
.sidestream-list p:has(s) {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  column-gap: 0.3125rem;
  white-space: nowrap;
}
.sidestream-list b {
  font-weight: 600;
  color: var(--sidestream-sale, color-mix(in srgb, currentColor 45%, #e0101a));
}
.sidestream-list :is(s, i) {
  font-size: 0.75em;
  font-style: normal;
}
.sidestream-list s {
  color: var(--_muted);
}
.sidestream-list > li > div > small {
  grid-row: 4;
  align-self: start;
  margin: 0.25rem 0 0;
  -webkit-line-clamp: var(--_reason-lines);
  font-size: 0.8125em;
  color: var(--_muted);
}
sidestream-recs[layout="row"] > .sidestream-list {
  grid-template-columns: none;
  grid-auto-flow: column;
  grid-auto-columns: ${rowTrack()};
  margin: -4px;
  padding: 4px;
  overflow-x: auto;
  scrollbar-width: none;
}
sidestream-recs[layout="row"] > .sidestream-list > li {
  margin: 0;
}
`;

/** The style sheet for lists of these numbers of cards: a grid divides them into equal rows. */
export function styleSheet(counts: Iterable<number>): string {
  const columns = [...counts]
    .filter((count) => count > 0)
    .sort((a, b) => a - b)
    .map((count) => `.sidestream-list[data-count="${count}"] {\n  ${columnsOf(count)};\n}\n`);
  return `${STYLES}${columns.join('')}`;
}
