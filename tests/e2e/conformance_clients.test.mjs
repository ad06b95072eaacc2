// Unmodified socket.io-client of several versions against the conformance program: what each must
// be able to do over polling, over WebSocket, and over the upgrade from one to the other.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, describe, it } from 'node:test';
import { useConformance } from './support/conformance.mjs';
import { deferred, eventually, within } from './support/wait.mjs';

const require = createRequire(import.meta.url);
const clients = [
  ['4.8', 'socket.io-client'],
  ['4.8', 'socket.io-client', 'socket.io-msgpack-parser'],
  ['4.0', 'socket.io-client-4.0'],
  ['3.1', 'socket.io-client-3'],
  ['2.5', 'socket.io-client-2'],
  ['1.7', 'socket.io-client-1'],
];
const ways = [
  ['polling', ['polling']],
  ['websocket', ['websocket']],
  ['upgrade', ['polling', 'websocket']],
];

const next = (socket, event) => within(new Promise((resolve) =>
  socket.once(event, (...args) => resolve(args))), `the event ${event}`);
const ask = (socket, event, ...args) => within(new Promise((resolve) =>
  socket.emit(event, ...args, (...answer) => resolve(answer))), `the answer to ${event}`);

for (const [version, name, parserName] of clients) {
  const library = require(name);
  const io = library.io ?? library;
  const isOld = Number(version[0]) < 3; // Engine.IO revision 3, without `auth`
  const refused = isOld ? 'error' : 'connect_error';

  const parser = parserName && require(parserName);

  describe(`socket.io-client ${version}${parser ? ` with ${parserName}` : ''}`, () => {
    const at = useConformance('socketio', ['--ping-interval', 1000, '--ping-timeout', 20_000,
      ...(isOld ? ['--eio3'] : []), ...(parser ? ['--msgpack'] : [])]);
    const open = new Set();
    after(() => open.forEach((socket) => socket.disconnect()));

    /** A connected socket of its own, upgraded where that is the way. */
    async function connect(transports, namespace = '/', auth = { token: 'abc' }) {
      if (isOld) auth = namespace === '/' ? {} : { token: 'abc' };
      const query = isOld && namespace !== '/' ? '?token=abc' : '';
      const socket = io(at.server.url + namespace + query,
        { transports, auth, forceNew: true, reconnection: false, ...(parser && { parser }) });
      open.add(socket);
      const greeting = next(socket, 'auth');
      await Promise.race([next(socket, 'connect'),
        next(socket, refused).then(([error]) => { throw error; })]);
      assert.deepEqual(await greeting, [auth]);
      const { engine } = socket.io;
      if (transports.length > 1 && engine.transport.name !== 'websocket') {
        const upgraded = deferred();
        engine.once('upgrade', upgraded.resolve);
        await within(upgraded.promise, 'the upgrade');
      }
      assert.equal(engine.transport.name, transports.at(-1));
      return socket;
    }

    for (const [way, transports] of ways) {
      it(`${way}: connects and has its arguments echoed`, async () => {
        const socket = await connect(transports);
        assert.equal(socket.id.length, 20);
        const args = [1, '2', { 3: [true, null] }, 'ä€🚀', -1.5];
        const echoed = next(socket, 'message-back');
        socket.emit('message', ...args);
        assert.deepEqual(await echoed, args);
      });

      it(`${way}: buffers come back as they were`, async () => {
        const socket = await connect(transports);
        const args = [Buffer.from([1, 2, 3]), { deep: [Buffer.alloc(70_000, 7)] }];
        const echoed = next(socket, 'message-back');
        socket.emit('message', ...args);
        const [first, second] = await echoed;
        assert.deepEqual(Buffer.from(first), args[0]);
        assert.deepEqual(Buffer.from(second.deep[0]), args[1].deep[0]);
      });

      it(`${way}: acks go both ways, with buffers`, async () => {
        const socket = await connect(transports);
        assert.deepEqual(await ask(socket, 'message-with-ack', 1, 'two'), [1, 'two']);
        const [bytes] = await ask(socket, 'message-with-ack', Buffer.from([9]));
        assert.deepEqual(Buffer.from(bytes), Buffer.from([9]));
        const heard = deferred();
        socket.on('emit-with-ack', (...args) => {
          const answer = args.at(-1);
          if (typeof answer !== 'function') return heard.resolve(args);
          assert.deepEqual(args.slice(0, -1), ['question']);
          answer('answer', 42);
        });
        socket.emit('emit-with-ack', 'question');
        assert.deepEqual(await within(heard.promise, 'the answer'), ['answer', 42]);
      });

      it(`${way}: many events in a row stay in order`, async () => {
        const socket = await connect(transports);
        const seen = [];
        const all = deferred();
        socket.on('message-back', (n) => seen.push(n) === 200 && all.resolve());
        for (let n = 0; n < 200; n++) socket.emit('message', n);
        await within(all.promise, () => `200 events; got ${seen.length}`);
        assert.deepEqual(seen, Array.from({ length: 200 }, (_, n) => n));
      });

      it(`${way}: a custom namespace, and one that does not exist`, async () => {
        const socket = await connect(transports, '/custom');
        assert.deepEqual(await ask(socket, 'message-with-ack', 'x'), ['x']);
        const stranger = io(`${at.server.url}/random`, { transports, forceNew: true, reconnection: false, ...(parser && { parser }) });
        open.add(stranger);
        const [error] = await next(stranger, refused);
        assert.equal(error.message, 'Invalid namespace');
      });

      it(`${way}: disconnects, and connects again`, async () => {
        const socket = await connect(transports);
        const left = next(socket, 'disconnect');
        const { id } = socket;
        // Earlier clients of version 4 take the end of the old engine for that of the new one.
        const ended = next(socket.io.engine, 'close');
        socket.disconnect();
        assert.equal((await left)[0], 'io client disconnect');
        await ended;
        const back = next(socket, 'connect');
        socket.connect();
        await back;
        assert.notEqual(socket.id, id);
        assert.deepEqual(await ask(socket, 'message-with-ack', 'back'), ['back']);
      });
    }

    it('upgrade: what is sent meanwhile is neither lost, doubled nor reordered', async () => {
      const socket = io(at.server.url, { forceNew: true, reconnection: false, ...(parser && { parser }) });
      open.add(socket);
      const seen = [];
      const all = deferred();
      const total = 300;
      socket.on('message-back', (n) => seen.push(n) === total && all.resolve());
      await next(socket, 'connect');
      for (let n = 0; n < total; n++) {
        socket.emit('message', n);
        if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await within(all.promise, () => `all; got ${seen.length}`);
      await eventually(() => socket.io.engine.transport.name === 'websocket', 'the upgrade');
      assert.deepEqual(seen, Array.from({ length: total }, (_, n) => n));
    });
  });
}
