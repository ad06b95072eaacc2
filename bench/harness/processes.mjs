// Processes that are pinned to cores, and what the kernel says they used.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

/** The server has a core of its own; load, store and database share the other. */
export const cores = { server: 0, other: cpus().length > 1 ? 1 : 0 };

/** Starts `argv` on `core`; `stderr` goes to the file `log`. Lines of stdout are told to `onLine`. */
export function startPinned(argv, { core, log, cwd, env = {}, onLine = () => {} }) {
  mkdirSync(dirname(log), { recursive: true });
  const file = openSync(log, 'w');
  const child = spawn('taskset', ['-c', String(core), ...argv],
    { cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', file] });
  closeSync(file);
  Object.assign(child, { argv, log });
  running.add(child);
  child.ended = new Promise((done) => child.on('close', (code, signal) => {
    running.delete(child);
    done({ code, signal });
  }));
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', onLine);
  return child;
}

/** The same, for a server: resolves with {child, pid, port} once it says where it listens. */
export async function startServer(argv, options) {
  let child;
  const listening = new Promise((done) => {
    child = startPinned(argv, { ...options, onLine: (line) => {
      const found = /listening on https?:\/\/[^:]+:(\d+)/.exec(line);
      if (found) done(Number(found[1]));
    } });
  });
  const died = child.ended.then(({ code, signal }) => {
    throw new Error(`${argv[0]} ended (${code ?? signal}); see ${options.log}`);
  });
  died.catch(() => {});
  const port = await Promise.race([listening, died]);
  return { child, pid: child.pid, port };
}

/** SIGTERM; a server that crashes, hangs or ends with an error of a sanitizer then fails the bench. */
export async function stopServer(child) {
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const { code, signal } = await child.ended;
  clearTimeout(patience);
  const isWell = code === 0 || signal === 'SIGTERM'; // Node has no handler for it
  if (!isWell) throw new Error(`${child.argv[0]} ended with ${code ?? signal}; see ${child.log}`);
}

/** Threads of a process: [{tid, name, cpu}], cpu in nanoseconds. */
export function threads(pid) {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder).flatMap((tid) => {
    try {
      const name = readFileSync(join(folder, tid, 'comm'), 'utf8').trim();
      const cpu = Number(readFileSync(join(folder, tid, 'schedstat'), 'utf8').split(' ')[0]);
      return [{ tid: Number(tid), name, cpu }];
    } catch {
      return []; // it has just ended
    }
  });
}

/** Pins those threads of a process whose names match. */
export function pinThreads(pid, pattern, core) {
  for (const { tid, name } of threads(pid)) {
    if (pattern.test(name)) spawnSync('taskset', ['-pc', String(core), String(tid)]);
  }
}

/** The processes that `pid` started. */
export function children(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

/** CPU of a process by group, in nanoseconds: `groups` is {name: RegExp}, the rest is `other`. */
export function cpuByGroup(pid, groups) {
  const sums = Object.fromEntries([...Object.keys(groups), 'other'].map((name) => [name, 0]));
  for (const { name, cpu } of threads(pid)) {
    const group = Object.keys(groups).find((one) => groups[one].test(name)) ?? 'other';
    sums[group] += cpu;
  }
  return sums;
}

/** User memory of a process in bytes: {rss, pss, anonymous}. */
export function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)[1]) * 1024;
  return { rss: bytes('Rss'), pss: bytes('Pss'), anonymous: bytes('Anonymous') };
}

/** Kernel memory that grows with sockets, of the whole machine, in bytes. */
export function kernelMemory() {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const bytes = (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)[1]) * 1024;
  return { slab: bytes('Slab'), kernelStack: bytes('KernelStack') };
}
