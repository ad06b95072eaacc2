// What the library offers its users beyond what the chat server needs: tests/library/peer.cpp is
// such a user. On two loops, with the unmodified client.

import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { io } from 'socket.io-client';
import { startPeer } from './support/peer.mjs';
import { RawSocket, opcodes } from './support/raw_ws.mjs';
import { tree } from './support/server.mjs';
import { eventually, within } from './support/wait.mjs';

const program = join(resolve(tree, process.env.ROOKERY_BUILD || 'build/release'), 'library_peer');
const open = new Set();

function usePeer(...flags) {
  const at = {};
  before(async () => {
    at.server = await startPeer(program, ['127.0.0.1:0', ...flags]);
  });
  afterEach(() => {
    open.forEach((socket) => socket.disconnect());
    open.clear();
  });
  after(() => at.server?.close());
  return at;
}

/** A client in a namespace; `.heard` is what came, in order. */
async function connect(server, name = 'ann', nsp = '/', options = {}) {
  const socket = io(server.url + nsp, { forceNew: true, reconnection: false, query: { name },
    transports: ['websocket'], ...options });
  open.add(socket);
  socket.heard = [];
  socket.onAny((event, ...args) => {
    socket.heard.push([event, ...args.filter((arg) => typeof arg !== 'function')]);
  });
  await within(new Promise((done, failed) => socket.on('connect', done).on('connect_error', failed)),
    'connect');
  return socket;
}
const connectAll = (server, count) =>
  Promise.all(Array.from({ length: count }, (_, i) => connect(server, `user${i}`)));
const ask = (socket, ...args) => within(socket.emitWithAck(...args), `the answer to ${args[0]}`);
const hear = (socket, event) => eventually(() => socket.heard.find(([name]) => name === event), event);

describe('library: typed handlers', () => {
  const at = usePeer();
  const cases = [
    ['add', [2, 3], 5],
    ['add', [2.0, -3], -1],
    ['add', [2.5, 3], { error: 'argument 1 must be an integer in range' }],
    ['add', [2, 2 ** 40], { error: 'argument 2 must be an integer in range' }],
    ['add', [2, '3'], { error: 'argument 2 must be an integer in range' }],
    ['add', [2], { error: 'argument 2 must be an integer in range' }],
    ['add', [], { error: 'argument 1 must be an integer in range' }],
    ['add', [1, 2, 'more is no harm'], 3],
    ['byte', [255], 255],
    ['byte', [256], { error: 'argument 1 must be an integer in range' }],
    ['byte', [-1], { error: 'argument 1 must be an integer in range' }],
    ['byte', [1e300], { error: 'argument 1 must be an integer in range' }],
    ['greet', ['ann'], ['hi ann']],
    ['greet', ['ann', null], ['hi ann']],
    ['greet', ['ann', 2], ['hi ann', 'hi ann']],
    ['greet', ['ann', 'two'], { error: 'argument 2 must be an integer in range' }],
    ['greet', [5], { error: 'argument 1 must be a text' }],
    ['greet', [null], { error: 'argument 1 must be a text' }],
    ['middle', [[{ x: 0, y: 2 }, { x: 2, y: 4 }]], { x: 1, y: 3 }],
    ['middle', [[{ x: 0 }]], { error: 'argument 1 must be an array' }],
    ['middle', [{}], { error: 'argument 1 must be an array' }],
    ['sum', [{ a: 1, b: 2 }], 3],
    ['sum', [{ a: 1, b: 'x' }], { error: 'argument 1 must be an object' }],
    ['sum', [[1, 2]], { error: 'argument 1 must be an object' }],
    ['reverse', [Buffer.from([1, 2, 3]), false], Buffer.from([3, 2, 1])],
    ['reverse', ['no buffer', false], { error: 'argument 1 must be a buffer' }],
    ['reverse', [Buffer.from([1]), 0], { error: 'argument 2 must be true or false' }],
  ];
  for (const [event, args, expected] of cases) {
    it(`${event}(${JSON.stringify(args).slice(1, -1)}) is ${JSON.stringify(expected)}`, async () => {
      assert.deepEqual(await ask(await connect(at.server), event, ...args), expected);
    });
  }

  it('hand what does not fit to onInvalid, where there is one', async () => {
    const socket = await connect(at.server);
    socket.emit('strict', true);
    socket.emit('add', 'one', 2);
    assert.deepEqual(await hear(socket, 'invalid'),
      ['invalid', 'add', 'argument 1 must be an integer in range']);
  });
});

describe('library: broadcasts that ask', () => {
  const at = usePeer();

  it('get an answer from everybody', async () => {
    const sockets = await connectAll(at.server, 5);
    sockets.forEach((socket, i) => socket.on('question', (what, answer) => answer(i, what)));
    const [missing, ...answers] = await new Promise((done) =>
      sockets[0].emit('ask', null, 20_000, { of: 'life' }, (...got) => done(got)));
    assert.equal(missing, 0);
    const numbers = answers.filter((one) => typeof one === 'number').sort();
    assert.deepEqual(numbers, [0, 1, 2, 3, 4]);
    assert.equal(answers.filter((one) => one.of === 'life').length, 5);
  });

  it('count those who do not answer, and those who go', async () => {
    const [ann, bob, eve, joe] = await connectAll(at.server, 4);
    for (const socket of [ann, bob, eve]) await ask(socket, 'join', 'some');
    ann.on('question', (what, answer) => answer(what));
    bob.on('question', () => bob.disconnect());
    joe.on('question', () => assert.fail('not in the room'));
    const answer = await new Promise((done) =>
      ann.emit('ask', 'some', 500, 'well?', (...got) => done(got)));
    assert.deepEqual(answer, [2, 'well?']);
    assert.ok(eve.connected);
  });

  it('of nobody have no answers', async () => {
    const socket = await connect(at.server);
    assert.equal(await ask(socket, 'ask', 'nobody is here', 20_000, 1), 0);
  });

  it('use an id that no single question has', async () => {
    const socket = await connect(at.server);
    const ids = [];
    socket.io.engine.on('data', (data) => {
      const found = /^2(\d+)\["question"/.exec(data);
      if (found) ids.push(Number(found[1]));
    });
    socket.on('question', (_, answer) => answer());
    await ask(socket, 'ask', null, 20_000, 1);
    await ask(socket, 'ask', null, 20_000, 1);
    assert.deepEqual(ids.map((id) => id >= 2 ** 30 && id < 2 ** 31), [true, true]);
    assert.notEqual(ids[0], ids[1]);
  });
});

describe('library: sockets of all loops', () => {
  const at = usePeer();

  it('are shown with their rooms, data and handshake', async () => {
    const sockets = await connectAll(at.server, 4);
    assert.deepEqual(await ask(sockets[0], 'join', 'red'), [sockets[0].id, 'red']);
    await ask(sockets[0], 'remember', 'my data');
    await ask(sockets[1], 'join', 'red');
    assert.deepEqual(await ask(sockets[3], 'who', 'red'), {
      [sockets[0].id]: [sockets[0].id, 'red', 'my data', 'user0'],
      [sockets[1].id]: [sockets[1].id, 'red', '', 'user1'],
    });
    const all = await ask(sockets[3], 'who', null);
    assert.deepEqual(Object.keys(all).sort(), sockets.map((socket) => socket.id).sort());
    assert.deepEqual(await ask(sockets[3], 'who', sockets[2].id),
      { [sockets[2].id]: [sockets[2].id, '', 'user2'] });
  });

  it('join and leave from outside; what is emitted next reaches them', async () => {
    const sockets = await connectAll(at.server, 6);
    for (const socket of sockets.slice(0, 4)) await ask(socket, 'join', 'green');
    await ask(sockets[5], 'join', 'blue');
    sockets[0].emit('gather', 'green', 'blue');
    for (const socket of [...sockets.slice(0, 4), sockets[5]]) {
      assert.deepEqual(await hear(socket, 'gathered'), ['gathered', 'blue']);
    }
    const blue = await ask(sockets[0], 'who', 'blue');
    assert.deepEqual(Object.keys(blue).sort(), sockets.slice(0, 4).map((one) => one.id).sort());
    assert.deepEqual(sockets[4].heard, []);
  });

  it('are put out of the namespace, or cut off', async () => {
    const [ann, bob, eve] = await connectAll(at.server, 3);
    for (const socket of [ann, bob, eve]) await ask(socket, 'join', 'grey');
    const end = (socket) => within(new Promise((done) => socket.on('disconnect', done)), 'the end');
    const ends = [end(bob), end(eve)];
    ann.emit('dismiss', 'grey', true);
    assert.deepEqual(await Promise.all(ends), ['io server disconnect', 'io server disconnect']);
    assert.deepEqual(Object.keys(await ask(ann, 'who', 'grey')), [ann.id]);
  });
});

describe('library: dynamic namespaces', () => {
  const at = usePeer();

  it('are made for who joins, with their own rooms and all their handlers', async () => {
    const ann = await connect(at.server, 'ann', '/team-1');
    const bob = await connect(at.server, 'bob', '/team-2');
    assert.deepEqual(await hear(ann, 'welcome'), ['welcome', '/team-1']);
    assert.deepEqual(await hear(bob, 'welcome'), ['welcome', '/team-2']);
    await ask(ann, 'join', 'red');
    assert.deepEqual(await ask(bob, 'who', 'red'), {});
    assert.deepEqual(Object.keys(await ask(ann, 'who', 'red')), [ann.id]);
  });

  for (const [name, nsp] of [['ann', '/team-x'], ['ann', '/my/team-1'], ['ann', `/team-${'1'.repeat(300)}`]]) {
    it(`are not made of ${nsp.slice(0, 20)}`, async () => {
      await assert.rejects(connect(at.server, name, nsp), { message: 'Invalid namespace' });
    });
  }

  it('have their middleware', async () => {
    await assert.rejects(connect(at.server, '', '/team-1'), { message: 'who are you?' });
  });

  it('end at their limit; those that are there stay open', async () => {
    await connect(at.server, 'ann', '/team-3');
    await assert.rejects(connect(at.server, 'ann', '/team-4'), { message: 'Invalid namespace' });
    await connect(at.server, 'ann', '/team-2');
    assert.ok(at.server.lines.some((line) => line.includes('too many dynamic namespaces')));
  });
});

describe('library: events within the server', () => {
  const at = usePeer();

  it('reach its handlers, which may answer, and no client', async () => {
    const [ann, bob] = await connectAll(at.server, 2);
    const answer = await new Promise((done) => ann.emit('announce', 'news', (...got) => done(got)));
    assert.deepEqual(answer, ['news', '/']);
    for (const socket of [ann, bob]) {
      assert.deepEqual(await hear(socket, 'announcement'), ['announcement', 'news']);
      assert.ok(!socket.heard.some(([event]) => event === 'announced'));
    }
  });
});

describe('library: the compress flag', () => {
  const at = usePeer();
  const text = 'long enough to be compressed '.repeat(100);
  const websocket = async () => {
    const socket = await RawSocket.open(at.server, '/socket.io/?EIO=4&transport=websocket',
      { headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' } });
    socket.send('40');
    return socket;
  };
  const isCompressed = async (event, compress) => {
    const socket = await websocket();
    socket.send(`42["${event}","${text}",${compress}]`);
    const { compressed } = await socket.next(({ opcode, data, compressed: packed }) =>
      opcode === opcodes.text && (packed || data.toString().startsWith('42')), 'the text');
    socket.destroy();
    return compressed;
  };
  for (const event of ['send', 'sendAll']) {
    it(`leaves ${event} as it is, or not`, async () => {
      assert.equal(await isCompressed(event, true), true);
      assert.equal(await isCompressed(event, false), false);
    });
  }
});

describe('library: recovery', () => {
  const at = usePeer('--recovery');

  it('gives a socket its data back', async () => {
    const socket = await connect(at.server, 'ann', '/', { reconnection: true, reconnectionDelay: 10 });
    await ask(socket, 'remember', 'kept');
    const { id } = socket;
    socket.io.engine.close();
    await eventually(() => socket.connected && socket.recovered, 'recovery');
    assert.equal(socket.id, id);
    assert.deepEqual(await ask(socket, 'who', null), { [id]: [id, 'kept', 'ann'] });
  });
});
