// @rookery/client, built as its users get it, and a cable to the server that can be pulled.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freshFolder, tree } from './server.mjs';

const run = promisify(execFile);
export const modules = join(tree, 'tests/e2e/node_modules');

/** Builds the package into a folder where a program finds it as `@rookery/client`. */
export async function installSdk() {
  const folder = await freshFolder();
  const home = join(folder, 'node_modules/@rookery/client');
  mkdirSync(home, { recursive: true });
  await run('node', [join(tree, 'clients/js/build.mjs'), join(home, 'dist')],
    { env: { ...process.env, NODE_MODULES: modules } });
  for (const name of ['package.json', 'events.mjs', 'events.d.mts']) {
    cpSync(join(tree, 'clients/js', name), join(home, name));
  }
  symlinkSync(join(modules, 'socket.io-client'), join(folder, 'node_modules/socket.io-client'));
  return { folder, dist: join(home, 'dist'), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A port that leads to `server` until it is pulled. */
export async function layCable(server) {
  const sockets = new Set();
  let isPulled = false;
  const proxy = net.createServer((from) => {
    if (isPulled) return from.destroy();
    const to = net.connect(server.port, server.host);
    for (const [one, other] of [[from, to], [to, from]]) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    pull() {
      isPulled = true;
      sockets.forEach((one) => one.destroy());
    },
    plug() {
      isPulled = false;
    },
    close() {
      this.pull();
      return new Promise((done) => proxy.close(done));
    },
  };
}
