// A real PostgreSQL of Debian's package in a folder of its own, on a Unix socket in that folder,
// stopped by the pid of the child that was started. Root runs it as the user `postgres`.

import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './wait.mjs';

const binaries = ['17', '16', '15'].map((version) => `/usr/lib/postgresql/${version}/bin`).find(existsSync);

function serverUser() {
  if (process.getuid() !== 0) return {};
  const row = readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith('postgres:'));
  const [, , uid, gid] = row.split(':').map(Number);
  return { uid, gid };
}

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGQUIT')));

export class Postgres {
  #child;
  #ended;

  static async start() {
    if (!binaries) throw new Error("Debian's package postgresql-15 is missing");
    const server = new Postgres();
    server.folder = await mkdtemp(join(tmpdir(), 'rookery-pg-'));
    server.user = serverUser();
    if (server.user.uid !== undefined) chownSync(server.folder, server.user.uid, server.user.gid);
    server.#run('initdb', ['--no-sync', '--auth=trust', '--username=postgres', '--encoding=UTF8',
      '--locale=C.UTF-8', `--pgdata=${server.folder}/data`]);
    await server.restart();
    return server;
  }

  #run(program, args) {
    return execFileSync(join(binaries, program), args, { ...this.user, cwd: '/', encoding: 'utf8', stdio: 'pipe' });
  }

  /** Starts it again after crash(). */
  async restart() {
    this.#child = spawn(join(binaries, 'postgres'), ['-D', `${this.folder}/data`, '-k', this.folder,
      '-c', 'listen_addresses=', '-c', 'shared_buffers=16MB', '-c', 'max_connections=40'],
    { ...this.user, cwd: '/', stdio: 'ignore' });
    const child = this.#child;
    running.add(child);
    this.#ended = new Promise((done) => child.on('close', () => {
      running.delete(child);
      done();
    }));
    await eventually(async () => {
      const lines = (await readFile(`${this.folder}/data/postmaster.pid`, 'utf8').catch(() => '')).split('\n');
      return Number(lines[0]) === child.pid && lines[7]?.startsWith('ready');
    }, 'PostgreSQL to take connections');
  }

  /** At once, without a checkpoint, as after a power cut. */
  async crash() {
    this.#child.kill('SIGQUIT');
    await this.#ended;
  }

  /** A new empty database: its URL. */
  database(name) {
    this.#run('createdb', ['-h', this.folder, '-U', 'postgres', name]);
    return `postgresql:///${name}?host=${this.folder}&user=postgres`;
  }

  ask(url, sql) {
    return this.#run('psql', ['-XAtq', url, '-c', sql]).trim();
  }

  async close() {
    if (running.has(this.#child)) await this.crash();
    await rm(this.folder, { recursive: true, force: true });
  }
}
