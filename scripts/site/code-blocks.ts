import { type CommandUnknownOpts, Help } from '@commander-js/extra-typings';
import { Parser } from 'htmlparser2';
import ts from 'typescript';

/** A fenced block of a document. */
export interface CodeBlock {
  file: string;
  /** Number of its first line of code, from 1. */
  line: number;
  language: string;
  code: string;
}

/** @returns the fenced blocks of a document, in order */
export function codeBlocks(file: string, text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; line: number; code: string[] } | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^\s*```(\w*)/.exec(line);
    if (open && fence) {
      blocks.push({ file, line: open.line, language: open.language, code: open.code.join('\n') });
      open = null;
    } else if (open) open.code.push(line);
    else if (fence) open = { language: fence[1], line: index + 2, code: [] };
  }
  return blocks;
}

/** Attributes that every HTML element may have. */
const GLOBAL = /^(id|class|slot|style|lang|dir|hidden|title|data-[\w-]+|aria-[\w-]+)$/;

/** @param attributes of our own elements, by tag */
export function markupFaults({ code }: CodeBlock, attributes: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const faults: string[] = [];
  const parser = new Parser({
    onopentag(tag, given) {
      const known = attributes.get(tag);
      if (tag.startsWith('sidestream-') && !known) faults.push(`there is no element <${tag}>`);
      for (const name of Object.keys(given)) {
        if (known && !known.has(name) && !GLOBAL.test(name)) faults.push(`<${tag}> has no attribute ${name}`);
      }
    },
  });
  parser.end(code);
  return faults;
}

/** Modules in the scripts of a block of HTML. */
export function moduleScripts({ file, line, code }: CodeBlock): CodeBlock[] {
  return [...code.matchAll(/<script type="module"[^>]*>\n([\s\S]*?)<\/script>/g)].map((match) => ({
    file,
    line: line + code.slice(0, match.index).split('\n').length,
    language: 'ts',
    code: match[1],
  }));
}

/** @returns `sidestream` commands in a shell block that do not exist, or that have invalid options or arguments */
export function commandFaults({ code }: CodeBlock, program: CommandUnknownOpts): string[] {
  const lines = code.replace(/\\\n\s*/g, ' ').split('\n');
  return lines.flatMap((line) => {
    const words = /(?:npx sidestream|npm run sidestream --|npx --package \S+ sidestream) (.+)/.exec(
      line.replace(/\s+#\s.*$/, ''),
    )?.[1];
    return words === undefined ? [] : callFaults(words.split(/\s+/), program);
  });
}

function callFaults(words: string[], program: CommandUnknownOpts): string[] {
  let command = program;
  let index = 0;
  for (; index < words.length; index++) {
    const child = command.commands.find((candidate) => candidate.name() === words[index]);
    if (!child) break;
    command = child;
  }
  if (command === program) return [`there is no command ${words[0]}`];
  const help = new Help();
  const faults: string[] = [];
  let positionals = 0;
  for (; index < words.length; index++) {
    const word = words[index];
    if (!word.startsWith('-')) {
      positionals++;
      continue;
    }
    const [name] = word.split('=');
    const option = command.options.find(({ long, short }) => long === name || short === name);
    if (!option) faults.push(`${command.name()} has no option ${name}`);
    else if ((option.required || option.optional) && !word.includes('=')) {
      do index++;
      while (option.variadic && words[index + 1] !== undefined && !words[index + 1].startsWith('-'));
    }
  }
  const args = help.visibleArguments(command).length > 0 ? help.visibleArguments(command) : command.registeredArguments;
  const most = args.some(({ variadic }) => variadic) ? Number.POSITIVE_INFINITY : args.length;
  if (positionals > most) faults.push(`${command.name()} takes ${most} arguments, not ${positionals}`);
  if (positionals < args.filter(({ required }) => required).length) faults.push(`${command.name()} lacks an argument`);
  for (const option of command.options) {
    const given = words.some((word) => word === option.long || word.startsWith(`${option.long}=`));
    if (option.mandatory && !given) faults.push(`${command.name()} needs ${option.long}`);
  }
  return faults;
}

/** Where the compiler finds the modules that documents import. */
export interface CodeModules {
  /** Declaration file of each specifier. */
  paths: Record<string, string[]>;
  /** Declarations of the names that a block uses from its page, such as `recommender`: a module at the root. */
  globals: string;
  root: string;
  /** False for scripts of pages: JavaScript cannot assert that an element was found. */
  strict: boolean;
}

/** Type-checks blocks of TypeScript, each as a separate module. @returns errors with the line in the document */
export function typeFaults(blocks: CodeBlock[], { paths, globals, root, strict }: CodeModules): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    strict,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    paths,
  };
  const at = (name: string): string => `${root.replace(/[\\/]+$/, '')}/${name}`;
  const sources = new Map(
    blocks.map((block, index) => [at(`block-${index}.ts`), { block, text: `${block.code}\nexport {};\n` }]),
  );
  const ambient = at('block-globals.d.ts');
  const textOf = (name: string): string | undefined => (name === ambient ? globals : sources.get(name)?.text);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...more) => {
    const text = textOf(name);
    return text === undefined
      ? getSourceFile(name, ...more)
      : ts.createSourceFile(name, text, options.target ?? ts.ScriptTarget.ES2022);
  };
  host.fileExists = (name) => textOf(name) !== undefined || fileExists(name);
  host.readFile = (name) => textOf(name) ?? readFile(name);
  const program = ts.createProgram([ambient, ...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, ' ');
    const source = file && sources.get(file.fileName);
    if (!file || !source) return `${file?.fileName ?? 'compiler'}: ${text}`;
    const { line } = file.getLineAndCharacterOfPosition(start ?? 0);
    return `${source.block.file}:${source.block.line + line}: ${text}`;
  });
}
