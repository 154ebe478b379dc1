import { describe, expect, it } from 'vitest';
import { PLACEMENTS } from '../../../src/device/ranking';
import { ATTRIBUTE_GROUPS, BEGIN, givenRules, type ListSettings, markupOf, RULE_GROUPS } from './list-settings';

const bare: ListSettings = { attributes: {}, rules: {} };

describe('the code of the playground', () => {
  it('has two lines if nothing is set', () => {
    expect(markupOf(bare)).toBe(
      '<script type="module" src="/sidestream/sidestream.js"></script>\n<sidestream-recs bundle="/bundle/"></sidestream-recs>',
    );
  });

  it('names attributes that differ from the defaults, with what HTML would read as its own escaped', () => {
    const attributes = { limit: '4', dismissible: 'on', heading: 'Tea & "more"' };
    expect(markupOf({ ...bare, attributes })).toContain(
      '<sidestream-recs bundle="/bundle/" limit="4" heading="Tea &amp; &quot;more&quot;" dismissible>',
    );
  });

  it('names rules in a script that gives the list its recommender', () => {
    const code = markupOf({ ...BEGIN, rules: { diversity: '0.5', filter: '{"category":"Animals"}' } });
    expect(code).toContain('    filter: {"category":"Animals"},\n    diversity: 0.5,\n');
    expect(code).toContain('list.recommender = await createRecommender');
  });

  it('leaves out a rule that is not JSON, and says so', () => {
    const { rules, problems } = givenRules({ ...BEGIN, rules: { boost: '[', diversity: '1' } });
    expect(rules).toEqual({ diversity: 1 });
    expect(problems.boost).toMatch(/^This is not JSON: /);
  });

  it('has every placement and examples that are JSON', () => {
    const attributes = ATTRIBUTE_GROUPS.flatMap(({ fields }) => fields);
    expect(attributes.find(({ name }) => name === 'placement')).toMatchObject({ options: PLACEMENTS });
    for (const { example } of RULE_GROUPS.flatMap(({ fields }) => fields))
      expect(() => JSON.parse(example)).not.toThrow();
  });
});
