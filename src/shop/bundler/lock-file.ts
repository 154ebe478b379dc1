import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import * as v from 'valibot';
import { codeOf } from '../../core/common/text';

/** Age from which a lock without an owner counts as stale, ms: the owner is written right after the lock is created. */
const MAX_UNNAMED = 10_000;
/** Pause while another run removes a stale lock, ms. */
const PAUSE = 20;

const pidSchema = v.pipe(v.number(), v.integer(), v.minValue(1));
const ownerSchema = v.object({
  pid: pidSchema,
  host: v.string(),
  /** Time of locking, as an ISO date. */
  since: v.string(),
  /** Distinguishes two locks of one process. */
  id: v.string(),
});
export type LockOwner = v.InferOutput<typeof ownerSchema>;

/** Earlier versions wrote only the number of the process into the lock of a build. */
const storedSchema = v.union([
  ownerSchema,
  v.pipe(
    pidSchema,
    v.transform((pid): LockOwner => ({ pid, host: hostname(), since: '', id: '' })),
  ),
]);

/** Ids of the locks of this process. */
const own = new Set<string>();

/**
 * Takes a lock, or says who holds it; null if the owner is not known yet. The lock of a dead process on this machine is taken
 * over.
 * @param elsewhere whether a lock of another machine is respected; it is then for a person to say that its process is gone
 * @throws errors of the file system
 */
export async function takeLock(
  file: string,
  elsewhere: boolean,
): Promise<{ release(): void } | { heldBy: LockOwner | null }> {
  for (;;) {
    const id = await make(file);
    const release = (): void => {
      if (id !== null && own.delete(id)) rmSync(file, { force: true });
    };
    if (id !== null) return { release };
    const text = await contentOf(file);
    // Released in between.
    if (text === null) continue;
    if (!(await isLeft(file, text, elsewhere))) return { heldBy: ownerOf(text) };
    await remove(file, text, elsewhere);
  }
}

/** Creates a lock file for this process. @returns its id; null if the file exists */
async function make(file: string): Promise<string | null> {
  const owner: LockOwner = { pid: process.pid, host: hostname(), since: new Date().toISOString(), id: randomUUID() };
  const handle = await open(file, 'wx').catch((error) => {
    if (codeOf(error) === 'EEXIST') return null;
    throw error;
  });
  if (!handle) return null;
  try {
    own.add(owner.id);
    await handle.writeFile(`${JSON.stringify(owner)}\n`);
  } catch (error) {
    own.delete(owner.id);
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return owner.id;
}

/**
 * Removes a stale lock. Of several waiting runs, only one does so, under a separate lock: another run could otherwise remove the
 * lock that the first one has just created.
 */
async function remove(file: string, left: string, elsewhere: boolean): Promise<void> {
  const guard = `${file}.taken`;
  const id = await make(guard);
  if (id === null) {
    const text = await contentOf(guard);
    if (text !== null && (await isLeft(guard, text, elsewhere))) await rm(guard, { force: true });
    else await wait(PAUSE);
    return;
  }
  try {
    if ((await contentOf(file)) === left) await rm(file, { force: true });
  } finally {
    own.delete(id);
    await rm(guard, { force: true });
  }
}

const contentOf = (file: string): Promise<string | null> =>
  readFile(file, 'utf8').catch((error) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });

/** Whether the run that created a lock is gone. This is unknown for another machine. */
async function isLeft(file: string, text: string, elsewhere: boolean): Promise<boolean> {
  const owner = ownerOf(text);
  if (!owner) {
    const made = await stat(file).catch(() => null);
    return made !== null && Date.now() - made.mtimeMs > MAX_UNNAMED;
  }
  if (owner.host !== hostname()) return !elsewhere;
  // Process ids are reused: this process may have the id of one that is gone.
  if (owner.pid === process.pid) return !own.has(owner.id);
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

function ownerOf(text: string): LockOwner | null {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), storedSchema), text);
  return parsed.success ? parsed.output : null;
}
