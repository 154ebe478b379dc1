import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the processes that this one started with a script. @param script part of its path */
export function childProcesses(script: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
        return parent === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(script);
      } catch {
        // It ended during the check.
        return false;
      }
    });
}
