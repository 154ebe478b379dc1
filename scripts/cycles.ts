/**
 * `npm run cycles`: no import cycles, arrows between rooms one way, doors only; every permission of a room is used; the table of rooms in
 * src/README.md matches `cycles/rooms.cjs` (`--write` redraws it); and the name of a test begins with that of a file or folder beside it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { cruise, type ICruiseOptions } from 'dependency-cruiser';

interface Room {
  runs: string;
  has: string;
  imports: string[];
}
const require = createRequire(import.meta.url);
const {
  ROOMS,
  folderOf,
}: { ROOMS: Record<string, Room>; folderOf(room: string): string } = require('./cycles/rooms.cjs');
const { forbidden, options }: { forbidden: []; options: ICruiseOptions } = require('../.dependency-cruiser.cjs');

const MAP = 'src/README.md';
const [BEGIN, END] = ['<!-- rooms -->', '<!-- /rooms -->'];

/** The rooms as a table, in the order of their imports. */
function table(): string {
  const rows = Object.entries(ROOMS).map(
    ([room, { runs, has, imports }]) =>
      `| \`${folderOf(room)}/\` | ${runs} | ${has} | ${imports.join(', ') || 'none'} |`,
  );
  return ['| room | runs in | has | imports |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** A table without the padding of a formatter. */
const plain = (text = ''): string => text.replaceAll(/-{3,}/g, '---').replaceAll(/ {2,}/g, ' ').trim();

const found = await cruise(['src', 'packages', 'apps', 'testing', 'tools', 'scripts'], {
  ...options,
  ruleSet: { forbidden },
  validate: true,
});
if (typeof found.output === 'string') throw new Error('dependency-cruiser was asked for an object');
const { modules, summary } = found.output;
const problems = summary.violations.map(
  ({ rule, from, to, cycle }) => `${rule.name}: ${from} → ${cycle ? cycle.map(({ name }) => name).join(' → ') : to}`,
);

const roomOf = (path: string): string | undefined =>
  Object.keys(ROOMS).find((room) => path.startsWith(`${folderOf(room)}/`));
const used = new Set<string>();
for (const { source, dependencies } of modules) {
  if (/\.test\.ts$|^testing\//.test(source)) continue;
  for (const { resolved } of dependencies) used.add(`${roomOf(source)} ${roomOf(resolved)}`);
}
for (const [room, { imports }] of Object.entries(ROOMS)) {
  for (const other of imports)
    if (!used.has(`${room} ${other}`)) problems.push(`unused permission: ${room} → ${other}`);
}

// A test is called after a file or folder beside it, or its own folder: `engine.test.ts`, `engine-offers.test.ts`.
const sources = modules.map(({ source }) => source).filter((path) => /^(src|packages|apps)\//.test(path));
for (const path of sources) {
  const [, folder, name] = /^(.+)\/(.+)\.test\.ts$/.exec(path) ?? [];
  if (folder === undefined) continue;
  const beside = sources
    .filter((other) => other.startsWith(`${folder}/`) && !other.endsWith('.test.ts'))
    .map((other) =>
      other
        .slice(folder.length + 1)
        .split('/')[0]
        .replace(/\.ts$/, ''),
    );
  const isNamed = [basename(folder), ...beside].some((other) => name === other || name.startsWith(`${other}-`));
  if (!isNamed) problems.push(`${path}: no file or folder beside it has this name, or its beginning`);
}

const map = readFileSync(MAP, 'utf8');
const [before, rest] = map.split(BEGIN);
const [drawn, after] = rest?.split(END) ?? [];
if (after === undefined) throw new Error(`${MAP} has no ${BEGIN} … ${END}`);
if (process.argv.includes('--write')) {
  writeFileSync(MAP, `${before}${BEGIN}\n${table()}\n${END}${after}`);
} else if (plain(drawn) !== plain(table())) {
  problems.push(`${MAP}: the table of rooms differs from scripts/cycles/rooms.cjs; run npm run cycles -- --write`);
}

for (const problem of problems) console.error(problem);
console.log(`${modules.length} modules, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;
