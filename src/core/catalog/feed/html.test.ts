import { expect, it } from 'vitest';
import { plainText } from './html';

it.each([
  [
    'tags, entities and white space',
    '<p>Warm &amp; <b>so</b>ft&nbsp;wool</p>\n<ul><li>One</li><li>Two</li></ul>',
    'Warm & soft wool One Two',
  ],
  ['escaped HTML', '&lt;p&gt;Caf&amp;eacute; &amp;amp; Bar&lt;/p&gt;', 'Café & Bar'],
  ['scripts, styles and comments', 'A<script>alert("x")</script><style>p{}</style><!-- no -->B', 'AB'],
  ['line breaks', 'one<br/>two<br>three', 'one two three'],
  ['an open tag at the end', '<p>Cut <b>off', 'Cut off'],
])('extracts the words of %s', (_, html, text) => {
  expect(plainText(html)).toBe(text);
});

it('leaves prose unchanged, even with characters that HTML uses', () => {
  for (const text of ['a < b & c > d', 'R&D', '5 <3 you', 'two  spaces\nand a line', 'AT&T; x']) {
    expect(plainText(`  ${text} `)).toBe(text);
  }
});

// The limit only guards against a hang: a tenth of this length took half a minute in quadratic time.
it.each([
  ['tags without an end', '<script', ''],
  ['tags left open, and ends of others', '<b>', '</i>'],
  ['references without an end', '&amp', ''],
  ['comments without an end', '<!--', ''],
  ['a comment that is all dashes', '-', ''],
])(
  'reads a long text in linear time: %s',
  (_, first, second) => {
    const text = `<p>${first.repeat(200_000)}${second.repeat(200_000)}`;
    expect(plainText(text).length).toBeLessThanOrEqual(text.length);
  },
  20_000,
);
