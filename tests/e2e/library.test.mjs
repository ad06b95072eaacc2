// The library as somebody else's program uses it: installed under a prefix of its own, found by
// CMake and by pkg-config, with the examples built outside of the source tree.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'node:test';
import { io } from 'socket.io-client';
import { startPeer } from './support/peer.mjs';
import { freshFolder, tree } from './support/server.mjs';
import { within } from './support/wait.mjs';

const build = resolve(tree, process.env.ROOKERY_BUILD || 'build/release');
const run = promisify(execFile);
const isInstallable = existsSync(join(build, 'generated/rookeryConfig.cmake'));

const start = (program, ...args) => startPeer(program, ['127.0.0.1:0', ...args]);

const once = (socket, event) => new Promise((done) => socket.once(event, (...args) => done(args)));

async function connect(server, options = {}) {
  const socket = io(server.url, { forceNew: true, reconnection: false, ...options });
  await within(new Promise((done, failed) => socket.on('connect', done).on('connect_error', failed)), 'connect');
  return socket;
}

describe('the installed library', { skip: !isInstallable && 'not with sanitizers' }, () => {
  const at = {};
  before(async () => {
    at.folder = await freshFolder();
    at.prefix = join(at.folder, 'prefix');
    await run('cmake', ['--install', build, '--prefix', at.prefix]);
    for (const name of ['echo', 'whiteboard']) {
      cpSync(join(tree, 'examples', name), join(at.folder, name), { recursive: true });
    }
  });
  after(() => rm(at.folder, { recursive: true, force: true }));

  /** Builds an example with CMake against the prefix: the program's path. */
  const make = async (name) => {
    const [source, output] = [join(at.folder, name), join(at.folder, name, 'build')];
    await run('cmake', ['-S', source, '-B', output, `-DCMAKE_PREFIX_PATH=${at.prefix}`]);
    await run('cmake', ['--build', output]);
    return join(output, name);
  };
  const echoes = async (server) => {
    const socket = await connect(server);
    const echoed = within(new Promise((done) => socket.on('message', (...args) => done(args))), 'the echo');
    assert.deepEqual(await socket.emitWithAck('message', 1, { two: [3] }), 1);
    assert.deepEqual(await echoed, [1, { two: [3] }]);
    socket.disconnect();
  };

  it('is found by CMake', async () => {
    const server = await start(await make('echo'));
    await echoes(server);
    await server.close();
  });

  /** Builds one source with what pkg-config says: the program's path. */
  const compile = async (source) => {
    const env = { ...process.env, PKG_CONFIG_PATH: join(at.prefix, 'lib/pkgconfig') };
    const { stdout } = await run('pkg-config', ['--cflags', '--libs', 'rookery-socketio'], { env });
    const program = source.replace(/\.cpp$/, '');
    await run('c++', [source, '-o', program, ...stdout.trim().split(/\s+/)]);
    return program;
  };

  it('is found by pkg-config', async () => {
    const server = await start(await compile(join(at.folder, 'echo/main.cpp')));
    await echoes(server);
    await server.close();
  });

  it('does what its document shows', async () => {
    const [, code] = /^```cpp\n(.*?)^```$/ms.exec(readFileSync(join(tree, 'docs/library.md'), 'utf8'));
    const source = join(at.folder, 'document.cpp');
    writeFileSync(source, code);
    const server = await start(await compile(source));
    const nobody = io(server.url, { forceNew: true, reconnection: false });
    const [refusal] = await within(once(nobody, 'connect_error'), 'a refusal');
    assert.equal(refusal.message, 'who are you?');
    const ada = await connect(server, { query: { name: 'ada' } });
    const bob = await connect(server, { query: { name: 'bob' } });
    assert.equal(await ada.emitWithAck('vote', 'red', 3), true);
    const seen = within(once(ada, 'voted'), 'the vote');
    assert.equal(await bob.emitWithAck('vote', 'red', 5), true);
    assert.deepEqual(await seen, [bob.id, 5]);
    assert.deepEqual(await bob.emitWithAck('vote', 'red', 'five'),
      { error: 'argument 2 must be an integer in range' });
    assert.deepEqual((await ada.emitWithAck('who', 'red')).sort(), ['ada', 'bob']);
    for (const socket of [ada, bob]) socket.on('agreed?', (answer) => answer('yes'));
    const poll = await new Promise((done) => ada.emit('poll', 'red', (...args) => done(args)));
    assert.deepEqual(poll, [2, 0]);
    const team = io(`${server.url}/team-red`, { forceNew: true, reconnection: false });
    assert.deepEqual(await within(once(team, 'welcome'), 'the welcome'), ['/team-red']);
    [nobody, ada, bob, team].forEach((socket) => socket.disconnect());
    await server.close();
  });

  it('serves the whiteboard: a page, and what one draws is seen by the others at that board', async () => {
    const page = join(at.folder, 'whiteboard/page.html');
    const server = await start(await make('whiteboard'), page);
    const answer = await fetch(server.url);
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(await answer.text(), readFileSync(page, 'utf8'));
    assert.equal((await fetch(`${server.url}/other`)).status, 404);
    assert.equal((await fetch(server.url, { method: 'POST' })).status, 405);
    const [ada, bob, eve] = await Promise.all([1, 2, 3].map(() => connect(server)));
    for (const [socket, board] of [[ada, 'one'], [bob, 'one'], [eve, 'two']]) {
      assert.equal(await socket.emitWithAck('join', board), true);
    }
    eve.on('draw', () => assert.fail('another board'));
    const seen = within(new Promise((done) => bob.on('draw', (...args) => done(args))), 'the line');
    eve.emit('draw', 'one', [9, 9, 9, 9]);
    ada.emit('draw', 'one', [0, 0, 0.5, 1]);
    assert.deepEqual(await seen, ['one', [0, 0, 0.5, 1]]);
    [ada, bob, eve].forEach((socket) => socket.disconnect());
    await server.close();
  });

  it('installs the server itself', async () => {
    const { stdout } = await run(join(at.prefix, 'bin/rookery'), ['version']);
    assert.match(stdout, /rookery/);
  });
});
