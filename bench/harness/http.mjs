// Requests to a server from a process of their own.

import { fileURLToPath } from 'node:url';
import { cores, startPinned } from './processes.mjs';

/** Limits that a bench of REST raises beyond those of all benches. */
export const lifted = Object.fromEntries(['history', 'logins', 'attempts', 'codes'].flatMap((name) =>
  [[`limits.${name}.rate`, 1_000_000_000], [`limits.${name}.burst`, 1_000_000_000]]));
const loadProgram = fileURLToPath(new URL('./http_load.mjs', import.meta.url));

/** Requests at a steady rate from another process, on the other core (http_load.mjs). */
export class HttpLoad {
  constructor(log) {
    this.waiting = [];
    this.child = startPinned([process.execPath, loadProgram],
      { core: cores.other, log, onLine: (line) => this.waiting.shift()(JSON.parse(line)) });
  }

  run(values) {
    this.child.stdin.write(`${JSON.stringify(values)}\n`);
    return new Promise((done) => this.waiting.push(done));
  }

  async stop() {
    this.child.stdin.end();
    await this.child.ended;
  }
}
