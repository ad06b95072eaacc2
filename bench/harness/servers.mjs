// What is measured: each a name, where it listens, and how its CPU is read.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Load } from './load.mjs';
import { children, cores, cpuByGroup, memory, pinThreads, startServer, stopServer, threads } from './processes.mjs';
import { Postgres } from './postgres.mjs';

/** Every limit that a load of one machine would meet; the bench prints them. */
export const limits = Object.fromEntries(
  ['messages', 'typing', 'joins', 'other', 'handshakes'].flatMap((name) =>
    [[`limits.${name}.rate`, 1_000_000_000], [`limits.${name}.burst`, 1_000_000_000]]));

/** Fills the store of a new data folder, or an existing one, with people; returns {data, lists}. */
export function generate(context, { users, rooms = 0, channels = 0, members = 0 }, args = [], existing = undefined) {
  const folder = join(context.scratch, `people-${users}-${rooms}-${channels}-${members}-${context.unique()}`);
  mkdirSync(folder, { recursive: true });
  const data = existing ?? join(folder, 'data');
  const lists = join(folder, 'lists');
  execFileSync(context.program('rookery'), ['generate', '--data', data, '--users', users, '--rooms', rooms,
    '--channels', channels, '--members', members, '--out', lists, ...args].map(String), { stdio: 'ignore' });
  return { data, lists, secret: () => readFileSync(join(data, 'secret.key'), 'utf8').trim() };
}

class Measured {
  constructor(context, name, people) {
    Object.assign(this, { context, name, people });
  }

  log(what) {
    return join(this.context.output, 'logs', `${this.context.bench}-${this.name}-${what}.log`);
  }

  /** A load generator with its clients connected and joined. */
  async connectLoad({ kind = 'channels', count, ...options } = {}) {
    this.load = await Load.start({ program: this.context.program('bench_load'), port: this.port,
      lists: this.people.lists, log: this.log('load'), kind, tls: this.tls, deflate: this.deflate, ...options });
    await this.settle(count);
    return this;
  }

  /** Brings back the clients that an overload cost. */
  async settle(count) {
    await this.load.connect(count ? { count } : {});
    await this.load.join();
  }

  /** Waits until nothing comes any more: what an overload left behind is not the next run's. */
  async quiet() {
    for (let left = 60; left > 0 && (await this.load.ask('idle', { seconds: 1 })).events > 0; left--);
  }

  /** Runs at `rate`, and says what an event cost: nanoseconds of CPU by group. */
  async run(values) {
    const result = await this.load.run(values, () => this.cpu());
    const { before, after, ...rest } = result;
    const cpu = Object.fromEntries(Object.keys(after).map((group) => [group, after[group] - before[group]]));
    const perEvent = Object.fromEntries(Object.entries(cpu).map(([group, value]) => [group, value / rest.events]));
    return { ...rest, cpu, perEvent };
  }

  memory() {
    return memory(this.pid);
  }

  async stop() {
    await this.load?.stop();
    await stopServer(this.child);
  }
}

export class Rookery extends Measured {
  static async start(context, people, { loops = 1, set = {}, name = 'rookery', data = people.data, args = [], env = {},
    certificate, deflate = false } = {}) {
    const server = new Rookery(context, name, people);
    Object.assign(server, { tls: Boolean(certificate), deflate });
    const asked = { ...limits, ...(certificate && { 'tls.certificate': certificate.path, 'tls.key': certificate.key }),
      ...(deflate && { 'engine.deflate': true }), ...set };
    const settings = Object.entries(asked).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    Object.assign(server, await startServer([context.program('rookery'), 'serve', '--listen', '127.0.0.1:0',
      '--data', data, '--loops', String(loops), ...args, ...settings],
    { core: loops > 1 ? `${cores.server},${cores.other}` : cores.server, log: server.log('server'), env }));
    pinThreads(server.pid, /^store-/, cores.other);
    return server;
  }

  cpu() {
    return cpuByGroup(this.pid, { loops: /^loop-/, store: /^store-/ });
  }
}

/** bench/peers/node, with or without its database. */
export class Node extends Measured {
  static async start(context, people, { database = true, certificate, deflate = false, name = database ? 'node' : 'node-memory' } = {}) {
    const server = new Node(context, name, people);
    Object.assign(server, { tls: Boolean(certificate), deflate });
    if (database) server.postgres = await Postgres.start(context, server.log('postgres'));
    const folder = join(context.tree, 'bench', 'peers', 'node');
    Object.assign(server, await startServer([process.execPath, 'server.js'], {
      core: cores.server, cwd: folder, log: server.log('server'),
      env: { LISTS: people.lists, SECRET: people.secret(), DATABASE_URL: server.postgres?.url ?? '',
        CERTIFICATE: certificate?.path ?? '', KEY: certificate?.key ?? '', DEFLATE: deflate ? '1' : '' } }));
    return server;
  }

  cpu() {
    const own = threads(this.pid).reduce((sum, { cpu }) => sum + cpu, 0);
    return { loops: own, store: this.postgres?.cpu() ?? 0, other: 0 };
  }

  async stop() {
    await super.stop();
    await this.postgres?.stop();
  }
}

/** bench/peers/floor: the barest loop; `mode` is "each", "gather" or "uring". */
export class Floor extends Measured {
  static async start(context, people, { mode }) {
    const server = new Floor(context, `floor-${mode}`, people);
    Object.assign(server, await startServer([context.program('bench_floor'), '--mode', mode],
      { core: cores.server, log: server.log('server') }));
    return server;
  }

  cpu() {
    return { loops: threads(this.pid).reduce((sum, { cpu }) => sum + cpu, 0), store: 0, other: 0 };
  }
}

const makers = {
  rookery: (context, people, options) => Rookery.start(context, people, options),
  node: (context, people, options) => Node.start(context, people, options),
  'node-memory': (context, people) => Node.start(context, people, { database: false }),
  'floor-each': (context, people) => Floor.start(context, people, { mode: 'each' }),
  'floor-gather': (context, people) => Floor.start(context, people, { mode: 'gather' }),
  'floor-uring': (context, people) => Floor.start(context, people, { mode: 'uring' }),
};
export const serverNames = Object.keys(makers);

/** `options`: `certificate` and `deflate`, which the floors and `node-memory` do without. */
export const start = (context, name, people, options) => makers[name](context, people, options);

/** A certificate of the bench's own: {path, key}. */
export function makeCertificate(context) {
  const files = { path: join(context.scratch, 'certificate.pem'), key: join(context.scratch, 'key.pem') };
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1',
    '-subj', '/CN=localhost', '-keyout', files.key, '-out', files.path], { stdio: 'ignore' });
  return files;
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
}
export { children };
