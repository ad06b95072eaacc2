// A full disk for one process: no file of it may grow, or be written at all.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

// Only the soft limit, which its owner may raise again.
const limitFiles = (pid, bytes) => run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);

/** Until lift(), every write of the process to a file fails as on a full disk. */
export async function fillDisk({ pid }) {
  await limitFiles(pid, 0);
  return { lift: () => limitFiles(pid, 'unlimited') };
}
