// A PostgreSQL of our own, with its defaults but for what a bench asks, in a fresh folder, on a Unix socket.

import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { children, cores, startPinned, threads } from './processes.mjs';

/** It refuses to run as root; Debian's package has made a user for it. */
const asOwner = process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];

function folderOfPrograms() {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(base, version, 'bin')).find((bin) => existsSync(join(bin, 'postgres')));
  if (!found) throw new Error('there is no PostgreSQL here: apt-get install postgresql-15');
  return found;
}

export class Postgres {
  /** `settings`: of postgresql.conf, as `name=value`; `core`: one, or several with commas. */
  static async start(context, log, settings = [], core = cores.other) {
    const server = new Postgres();
    const bin = folderOfPrograms();
    server.folder = join(context.scratch, `postgres-${context.unique()}`);
    mkdirSync(server.folder, { recursive: true });
    if (asOwner.length > 0) {
      const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })));
      chownSync(server.folder, uid, gid);
      for (const parent of [context.scratch]) chmodSync(parent, 0o755);
    }
    const data = join(server.folder, 'data');
    const run = (argv) => execFileSync([...asOwner, ...argv][0], [...asOwner, ...argv].slice(1), { stdio: 'ignore', cwd: server.folder });
    run([join(bin, 'initdb'), '-D', data, '-U', 'bench', '--auth=trust', '-E', 'UTF8', '--no-locale']);
    server.child = startPinned([...asOwner, join(bin, 'postgres'), '-D', data, '-k', server.folder,
      ...['listen_addresses=', ...settings].flatMap((one) => ['-c', one])],
      { core, log, cwd: server.folder });
    server.url = `postgresql:///postgres?host=${encodeURIComponent(server.folder)}&user=bench`;
    for (let tries = 0; ; tries++) {
      try {
        run([join(bin, 'pg_isready'), '-h', server.folder, '-q']);
        return server;
      } catch (error) {
        if (tries > 100) throw error;
        await new Promise((done) => setTimeout(done, 100));
      }
    }
  }

  /** Of all its processes, in nanoseconds. */
  cpu() {
    const one = (pid) => {
      try {
        return threads(pid).reduce((sum, { cpu }) => sum + cpu, 0);
      } catch {
        return 0;
      }
    };
    return [this.child.pid, ...children(this.child.pid)].reduce((sum, pid) => sum + one(pid), 0);
  }

  async stop() {
    this.child.kill('SIGINT'); // fast shutdown
    await this.child.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
