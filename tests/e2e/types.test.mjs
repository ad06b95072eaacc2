// clients/js/events.d.mts: what TypeScript makes of it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { freshFolder, tree } from './support/server.mjs';

const run = promisify(execFile);
const declarations = join(tree, 'clients/js/events.d.mts');
const modules = join(tree, 'tests/e2e/node_modules');

describe('the types of events', () => {
  const at = {};
  before(async () => {
    at.folder = await freshFolder();
  });
  after(() => rm(at.folder, { recursive: true, force: true }));

  /** What the compiler says of a client's code. */
  const compile = async (code) => {
    const file = join(at.folder, 'client.ts');
    await writeFile(file, `
      import { io, type Socket } from '${modules}/socket.io-client';
      import type { ClientToServerEvents, ServerToClientEvents } from '${declarations.replace('.d.mts', '.mjs')}';
      const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io('http://localhost');
      ${code}`);
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'esnext',
      '--moduleResolution', 'bundler'];
    try {
      await run('node', [join(modules, 'typescript/bin/tsc'), ...flags, file]);
      return '';
    } catch (error) {
      return error.stdout;
    }
  };

  it('let a client do what it may', async () => {
    assert.equal(await compile(`
      socket.on('roomMessageConfirmed', (message) => {
        const id: string = message._id;
        const seq: number = message.seq;
        const named: string[] = message.mentions ?? [];
        console.log(id, seq, named, message.roomId.status === 'blocked', message.image?.length);
      });
      socket.on('pendingMessages', (batch, answer) => { if (!batch.more) answer(); });
      socket.emit('roomMessage', { roomId: 'x', body: 'hi' }, (answer) => {
        if (answer.success) console.log(answer.data.commitNo);
        else console.log(answer.code === 'RATE_LIMITED', answer.retryAfterMs);
      });
      socket.emit('typing', { roomId: 'x', isTyping: true });`), '');
  });

  for (const [what, code, reason] of [
    ['an event that there is not', "socket.emit('roomMesage', { roomId: 'x', body: 'hi' });", /roomMesage/],
    ['a member that is missing', "socket.emit('roomMessage', { roomId: 'x' });", /'body' is missing/],
    ['a member of another type', "socket.emit('typing', { roomId: 'x', isTyping: 1 });", /not assignable to type 'boolean'/],
    ['what an event does not have', "socket.on('userTyping', (it) => console.log(it.body));", /'body' does not exist/],
  ]) {
    it(`tell of ${what}`, async () => assert.match(await compile(code), reason));
  }
});
