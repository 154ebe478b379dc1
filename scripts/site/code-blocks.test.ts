import { Command } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';
import { type CodeBlock, codeBlocks, commandFaults, markupFaults, moduleScripts } from './code-blocks';

const block = (code: string): CodeBlock => ({ file: 'a.md', line: 1, language: '', code });

describe('blocks of code in documents', () => {
  it('are found with their language and their line', () => {
    const [first, second] = codeBlocks(
      'a.md',
      'Text\n\n```ts\nlet a;\nlet b;\n```\n\n- list\n\n  ```sh\n  ls\n  ```\n',
    );
    expect(first).toEqual({ file: 'a.md', line: 4, language: 'ts', code: 'let a;\nlet b;' });
    expect(second).toMatchObject({ line: 11, language: 'sh' });
  });

  it('may use only the attributes that an element has', () => {
    const attributes = new Map([['sidestream-recs', new Set(['bundle'])]]);
    const code =
      '<sidestream-recs bundle="/b/" class="a" data-x="1" bundel="/b/"></sidestream-recs><sidestream-rex></sidestream-rex>';
    expect(markupFaults(block(code), attributes)).toEqual([
      '<sidestream-recs> has no attribute bundel',
      'there is no element <sidestream-rex>',
    ]);
  });

  it('have modules of scripts at their own lines', () => {
    const [module, ...others] = moduleScripts(block('<p></p>\n<script type="module">\nconst a = 1;\n</script>'));
    expect(module).toMatchObject({ line: 3, code: 'const a = 1;\n' });
    expect(others).toEqual([]);
  });

  it('may call only existing commands, with their options and arguments', () => {
    const program = new Command('sidestream').addCommand(
      new Command('build')
        .argument('<feed...>')
        .requiredOption('--out <folder>')
        .option('--strict')
        .option('--images <folder>'),
    );
    const faults = (code: string) => commandFaults(block(code), program);
    expect(faults('npx sidestream build a.csv b.csv --strict --out c # a comment')).toEqual([]);
    expect(faults('npx sidestream build a.csv \\\n  --images p --out c')).toEqual([]);
    expect(faults('npx sidestream bild a.csv')).toEqual(['there is no command bild']);
    expect(faults('npx sidestream build --out c')).toEqual(['build lacks an argument']);
    expect(faults('npx sidestream build a.csv --outt c')).toEqual(['build has no option --outt', 'build needs --out']);
    expect(faults('npm run sidestream -- build a.csv')).toEqual(['build needs --out']);
  });
});
