// A real server process with its own data folder, stopped by the pid of the child that was started.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { unlimited } from './keys.mjs';
import { deadlineMs, deferred, within } from './wait.mjs';

export const tree = fileURLToPath(new URL('../../../', import.meta.url));
export const binary = resolve(tree, process.env.ROOKERY_BIN || 'build/release/rookery');
/** AddressSanitizer keeps what was freed: figures of memory say nothing there. */
export const isSanitized = /\/(asan|tsan)\//.test(binary);

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Runs one command of the server's binary to its end: {code, signal, stdout, stderr, lines}. */
export async function rookery(args, { env = {}, input = '' } = {}) {
  const child = spawn(binary, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  }
  child.stdin.on('error', () => {}).end(input);
  const ended = new Promise((done, failed) => {
    child.on('error', failed).on('close', (code, signal) => done({ code, signal }));
  });
  try {
    const end = await within(ended, () => `the end of rookery ${args.join(' ')}\n${output.stderr}`);
    const lines = (output.stdout + output.stderr).split('\n').filter((line) => line.trim() !== '');
    return { ...end, ...output, lines };
  } finally {
    child.kill('SIGKILL');
    running.delete(child);
  }
}

/** A folder that nobody else uses; the caller removes it. */
export const freshFolder = () => mkdtemp(join(tmpdir(), 'rookery-e2e-'));

export class Server {
  #child;
  #ended;
  #options;
  #listeners = new Set();

  lines = [];

  /** `set` adds to and overrides the lifted limits; `defaultLimits` keeps the shipped ones. */
  static async start(options = {}) {
    const server = new Server();
    server.#options = options;
    server.ownsData = !options.data;
    server.data = options.data || (await freshFolder());
    await server.#spawn('127.0.0.1:0');
    return server;
  }

  async #spawn(listen) {
    const { set = {}, args = [], env = {}, defaultLimits = false } = this.#options;
    if (!existsSync(binary)) throw new Error(`no server at ${binary}: build it or set ROOKERY_BIN`);
    const settings = Object.entries({ ...(defaultLimits ? {} : unlimited), ...set });
    const argv = ['serve', '--listen', listen, '--data', this.data, '--log-format', 'json', ...args,
      ...settings.flatMap(([key, value]) => ['--set', `${key}=${value}`])];
    const child = spawn(binary, argv,
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    this.#child = child;
    running.add(child);
    this.#ended = new Promise((done, failed) => {
      child.on('error', failed);
      child.on('close', (code, signal) => {
        running.delete(child);
        done({ code, signal });
      });
    });
    const listening = deferred();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        const found = /listening on (https?):\/\/([^\s":]+):(\d+)/.exec(line);
        if (found) {
          listening.resolve({ scheme: found[1], host: found[2], port: Number(found[3]) });
        }
        this.#listeners.forEach((listener) => listener(line));
      });
    }
    const died = this.#ended.then(({ code, signal }) => {
      throw new Error(`server ended (${code ?? signal}) before it listened:\n${this.tail()}`);
    });
    died.catch(() => {});
    const address = await within(Promise.race([listening.promise, died]),
      () => `'listening on'\n${this.tail()}`);
    Object.assign(this, address, { url: `${address.scheme}://${address.host}:${address.port}`, pid: child.pid });
  }

  get running() {
    return running.has(this.#child);
  }

  /** How the process ended: {code, signal}. */
  get ended() {
    return this.#ended;
  }

  /** The end of the log, for messages of failure. */
  tail(count = 15) {
    return this.lines.slice(-count).join('\n');
  }

  /** The log as objects; lines that are no JSON are left out. */
  get logEntries() {
    return this.lines.flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
  }

  /** The first line, old or new, for which `test` holds. */
  async logLine(test, what) {
    const old = this.lines.find(test);
    if (old) return old;
    const found = deferred();
    const listener = (line) => test(line) && found.resolve(line);
    this.#listeners.add(listener);
    try {
      return await within(found.promise, () => `${what} in the log\n${this.tail()}`);
    } finally {
      this.#listeners.delete(listener);
    }
  }

  signal(name) {
    this.#child.kill(name);
  }

  /** SIGTERM and the end: {code, signal}. */
  async stop() {
    this.signal('SIGTERM');
    return within(this.#ended, () => `the end after SIGTERM\n${this.tail()}`);
  }

  /** kill -9 and the end. */
  async kill() {
    this.signal('SIGKILL');
    return within(this.#ended, 'the end after kill -9');
  }

  /** The same data, settings and port again, after stop() or kill(). */
  async restart() {
    await this.#spawn(`${this.host}:${this.port}`);
  }

  /** The end of a test file: a server that still runs must stop cleanly. */
  async close() {
    try {
      if (!this.running) return;
      const end = await this.stop();
      if (end.code !== 0) {
        throw new Error(`server ended with ${end.code ?? end.signal}:\n${this.tail(60)}`);
      }
    } finally {
      if (this.running) this.signal('SIGKILL');
      if (this.ownsData) await rm(this.data, { recursive: true, force: true });
    }
  }

  /** A figure of /proc/<pid>/status in KiB, such as VmRSS. */
  async memory(name = 'VmRSS') {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)[1]);
  }
}

export const startServer = (options) => Server.start(options);
export { deadlineMs };
