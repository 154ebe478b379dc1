/** Style of the report, light and dark. Colours of lines and bars have a contrast of 3 : 1 or more with their background. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #fff; --card: #f6f7f9; --ink: #2b3138; --soft: #545d67; --line: #d9dde2; --shade: rgb(0 0 0 / .3);
  --sidestream: #1769b5; --terms: #0f7f7a; --content: #9a5b00; --popularity: #8a3ca0; --random: #767d85; --oracle: #3d7a1f;
  --better: #3d7a1f; --no-worse: #1769b5; --continue: #767d85; --worse: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1d2127; --ink: #e4e7ea; --soft: #aeb6bf; --line: #3a414a; --shade: rgb(255 255 255 / .35);
    --sidestream: #5aa9f0; --terms: #45c4bc; --content: #e0a145; --popularity: #cf8be2; --random: #98a1ab; --oracle: #8acb6a;
    --better: #8acb6a; --no-worse: #5aa9f0; --continue: #98a1ab; --worse: #ff8a80;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 12px; }
h2 { font-size: 1.25rem; margin: 40px 0 12px; }
h3 { font-size: 1rem; margin: 0 0 4px; }
p, dl { max-width: 72ch; }
p.note { margin: 4px 0; font-size: .875rem; color: var(--soft); }
p.alarm { padding: 12px 16px; border: 2px solid var(--worse); border-radius: 10px; font-weight: 600; }
.verdict { margin: 24px 0 16px; padding: 20px 24px; background: var(--card); border-radius: 14px; }
.verdict > p { margin: 0; max-width: 80ch; }
.verdict > p + p { margin-top: 8px; }
.verdict > p.large { font-size: clamp(1.5rem, 1rem + 2.4vw, 2.5rem); font-weight: 700; line-height: 1.15; text-wrap: balance; }
.verdict > * + p.large { margin-top: 24px; }
.large.better { color: var(--better); } .large.no-worse { color: var(--no-worse); }
.large.worse, .large.wrong { color: var(--worse); }
.verdict[role='alert'] { border: 2px solid var(--worse); }
dl.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(230px, 100%), 1fr)); gap: 16px; max-width: none; margin: 0 0 16px; }
.tiles > div { padding: 14px 18px; border: 1px solid var(--line); border-radius: 14px; min-width: 0; }
.tiles dt { font-weight: 400; color: var(--soft); }
.tiles dd { font-size: .875rem; color: var(--soft); }
.tiles dd.value { font-size: 1.875rem; line-height: 1.3; font-weight: 700; color: var(--ink); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.tiles.words { grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); }
.tiles.words dd.value { font-size: 1.25rem; margin-bottom: 4px; text-wrap: balance; }
.tiles.words dd.value::first-letter { text-transform: uppercase; }
.muted, .tiles.muted dd.value { color: var(--soft); }
details.folded { margin-top: 24px; padding-top: 12px; border-top: 1px solid var(--line); }
.folded > summary { font-size: 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); gap: 16px; align-items: start; }
figure { margin: 0; padding: 14px; background: var(--card); border-radius: 10px; min-width: 0; }
figcaption p { margin: 0 0 8px; font-size: .875rem; color: var(--soft); }
figure > svg { display: block; width: 100%; max-width: 340px; height: auto; margin: 0 auto; }
p.key { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0 0 8px; font-size: .8125rem; }
.key svg { margin-right: 6px; vertical-align: middle; }
details { margin-top: 8px; font-size: .875rem; }
summary { cursor: pointer; color: var(--soft); }
.frame {
  --under: var(--page);
  overflow-x: auto; margin: 8px 0 24px;
  background:
    linear-gradient(to left, var(--under) 40%, transparent) right / 48px 100% no-repeat local,
    linear-gradient(to left, var(--shade), transparent) right / 24px 100% no-repeat scroll;
}
figure .frame { --under: var(--card); }
.frame:focus-visible, summary:focus-visible { outline: 2px solid var(--sidestream); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th[scope='row'] { text-align: left; font-weight: 400; white-space: normal; min-width: 4rem; max-width: 22rem; }
@media (max-width: 600px) {
  th, td { padding: 4px 8px; }
  section > .frame :is(th, td) { white-space: normal; }
  dl { grid-template-columns: 1fr; }
  dl:not(.tiles) dd { margin-bottom: 8px; }
  section > .frame th[scope='row'] { position: sticky; left: 0; min-width: 7rem; max-width: 7rem; background: var(--page); }
}
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print { .cards { grid-template-columns: repeat(2, 1fr); } figure { break-inside: avoid; } }
`;
