import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';
import { inProcess } from '../../../testing/in-process';
import { commandLine } from './commands';
import { examplesOf } from './examples';

/** A run that must end with an error before it reads anything. */
const refused = async (...args: string[]): Promise<string> => {
  const { code, err } = await inProcess(...args).catch(() => ({ code: 1, err: '' }));
  expect(code).not.toBe(0);
  return err;
};

describe('words of the command line', () => {
  it('names an unknown option first, with the nearest known one', async () => {
    for (const words of [
      ['build', 'feed.csv', '--outt', 'x'],
      ['rules', 'publish', 'r.json', '--outt=x'],
    ]) {
      const err = await refused(...words);
      expect(err).toContain("unknown option '--outt");
      expect(err).toContain('--out?');
      expect(err).not.toContain('required');
    }
    expect(await refused('build', 'feed.csv', '--images', '--outt')).toContain("required option '--out <folder>'");
  });

  it.each([
    ['--lang', 'deutsch', 'must begin with the code of a language, as "de" and "pt-BR" do'],
    ['--lang', 'x y', 'must be a language tag'],
    ['--locale', 'deutsch=feed.csv', 'must begin with the code'],
    ['--encoding', 'cp1252x', 'must be the name of an encoding, such as "windows-1252"'],
  ])('refuses %s %s, and says what it expects', async (option, value, expected) => {
    expect(await refused('build', 'feed.csv', '--out', 'x', option, value)).toContain(expected);
  });

  it('offers only encoders of what is to be encoded', async () => {
    const err = await refused('build', 'feed.csv', '--out', 'x', '--text-encoder', 'minilm');
    expect(err).toContain(
      'There is no text encoder "minilm". Known ones: use-lite; after `sidestream encoders add` also bert-base-uncased, all-minilm-l6-v2, multilingual-e5-small.',
    );
    expect(err).not.toContain('mobilenet');
  });

  it('has examples of each command, with arguments and options that exist', async () => {
    const program = await commandLine();
    const all = (command: CommandUnknownOpts, path: string[]): [string, CommandUnknownOpts][] =>
      command.commands.length > 0
        ? command.commands.flatMap((inner) => all(inner, [...path, inner.name()]))
        : [[path.join(' '), command]];
    for (const [path, command] of all(program, [])) {
      const examples = examplesOf(path);
      expect([path, examples.length > 0]).toEqual([path, true]);
      for (const example of [...examples, ...examplesOf('')]) {
        if (!`${example} `.startsWith(`npx sidestream ${path} `)) continue;
        const words = example.split(' ').slice(2 + path.split(' ').length);
        expect([example, command.parseOptions(words).unknown]).toEqual([example, []]);
      }
    }
    expect((await inProcess('--help')).out).toMatch(/First commands:\n( {2}npx sidestream .*\n){3}\s*$/);
    expect((await inProcess('serve', '--help')).out).toMatch(/\nExample:\n {2}npx sidestream serve public\/bundle\s*$/);
  });
});
