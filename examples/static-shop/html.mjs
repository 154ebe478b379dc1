/** Markup that is already safe. */
class Markup {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const markupOf = (value) => {
  if (Array.isArray(value)) return value.map(markupOf).join('');
  if (value === null || value === undefined || value === false) return '';
  return value instanceof Markup ? value.text : String(value).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);
};

/** A template of markup: every value is escaped, unless it is the result of this function. */
export const html = (parts, ...values) => new Markup(String.raw({ raw: parts }, ...values.map(markupOf)));

/** Structured data for search engines. */
export const jsonLd = (data) =>
  new Markup(`<script type="application/ld+json">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`);
