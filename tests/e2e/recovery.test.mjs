// Connection state recovery (protocol.md 3.5): what an unmodified socket.io-client gets back after
// its connection was cut, on a server of two loops, so that it comes back to another one at times.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { io } from 'socket.io-client';
import { useConformance } from './support/conformance.mjs';
import { RawSocket } from './support/raw_ws.mjs';
import { assertKeys } from './support/shapes.mjs';
import { eventually, within } from './support/wait.mjs';

const slowPings = ['--ping-interval', 20_000, '--ping-timeout', 20_000];
const open = new Set();
after(() => open.forEach((socket) => socket.disconnect()));

/** A connected client; what it hears on `event` is in `heard`, without the offsets. */
async function connect(server, options = {}) {
  const socket = io(server.url, { transports: ['websocket'], forceNew: true, reconnectionDelay: 10,
    reconnectionDelayMax: 20, ...options });
  open.add(socket);
  const client = { socket, heard: [], recoveries: [] };
  socket.on('connect', () => client.recoveries.push(socket.recovered));
  socket.on('n', (value) => client.heard.push(value));
  await within(new Promise((resolve) => socket.once('connect', resolve)), 'connect');
  client.ask = (event, ...args) => within(new Promise((resolve) =>
    socket.emit(event, ...args, resolve)), `the answer to ${event}`);
  client.isBack = (count) => eventually(() => client.recoveries.length >= count, `connection ${count}`);
  /** Ends the TCP connection under the client. */
  client.cut = () => {
    const { transport } = socket.io.engine;
    if (transport.ws) transport.ws.terminate();
    else socket.io.engine.close();
  };
  return client;
}
const tell = (client, data, room) => client.ask('broadcast', { event: 'n', data, ...(room && { room }) });

describe('recovery', () => {
  const at = useConformance('recovery', slowPings);

  it('gives a pid, and an offset behind the arguments of events without an ack', async () => {
    const socket = await RawSocket.engine(at.server);
    socket.send('40');
    const answer = JSON.parse((await socket.text()).slice(2));
    assertKeys(answer, ['sid', 'pid']);
    assert.match(answer.pid, /^[\w-]{20}$/);
    const [name, auth, offset] = JSON.parse((await socket.text()).slice(2));
    assert.deepEqual([name, auth, typeof offset], ['auth', {}, 'string']);
    socket.send('42["emit-with-ack",1]');
    assert.equal(await socket.textThat((text) => text.startsWith('421')), '421["emit-with-ack",1]');
    socket.destroy();
  });

  for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
    it(`brings back the id, the rooms and what was missed, over ${transports}`, async () => {
      const [ada, bob] = [await connect(at.server, { transports }), await connect(at.server)];
      await ada.ask('join', { room: 'r' });
      await tell(bob, 'before', 'r');
      await eventually(() => ada.heard.length === 1, 'the first event');
      const { id } = ada.socket;
      ada.socket.io.reconnectionDelay(400);
      ada.socket.io.reconnectionDelayMax(400);
      ada.cut();
      await eventually(() => !ada.socket.connected, 'the cut');
      await tell(bob, 'missed 1', 'r');
      await tell(bob, 'missed 2');
      await tell(bob, 'not for her', 'other');
      await ada.isBack(2);
      assert.equal(ada.socket.recovered, true);
      assert.equal(ada.socket.id, id);
      await tell(bob, 'after', 'r');
      await eventually(() => ada.heard.length === 4, 'the last event');
      assert.deepEqual(ada.heard, ['before', 'missed 1', 'missed 2', 'after']);
    });
  }

  it('works when no event had ever been received', async () => {
    const socket = await RawSocket.engine(at.server);
    socket.send('40/custom,');
    const { sid, pid } = JSON.parse((await socket.text()).slice(10));
    socket.destroy();
    const again = await RawSocket.engine(at.server);
    again.send(`40/custom,{"pid":"${pid}"}`);
    // What the connection handler sent the first time comes before CONNECT.
    assert.match(await again.text(), /^42\/custom,\["auth",\{\},"\d+"\]$/);
    assert.deepEqual(JSON.parse((await again.text()).slice(10)), { sid, pid });
    again.destroy();
  });

  it('begins anew with a wrong pid, a wrong offset, and after the client left', async () => {
    for (const auth of [{ pid: 'x' }, { pid: 'A'.repeat(20), offset: '1' }]) {
      const socket = await RawSocket.engine(at.server);
      socket.send(`40${JSON.stringify(auth)}`);
      assert.notEqual(JSON.parse((await socket.text()).slice(2)).pid, auth.pid);
      socket.destroy();
    }
    for (const offset of ['1', 'rubbish']) {
      const first = await RawSocket.engine(at.server);
      first.send('40');
      const { pid } = JSON.parse((await first.text()).slice(2));
      first.destroy();
      const socket = await RawSocket.engine(at.server);
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.send(`40${JSON.stringify({ pid, offset })}`);
      assert.notEqual(JSON.parse((await socket.text()).slice(2)).pid, pid);
      socket.destroy();
    }
    const ada = await connect(at.server);
    const { id } = ada.socket;
    ada.socket.disconnect();
    ada.socket.connect();
    await ada.isBack(2);
    assert.equal(ada.socket.recovered, false);
    assert.notEqual(ada.socket.id, id);
  });

  it('brings back two namespaces of one connection, and bears a cut in the midst of it', async () => {
    for (let round = 0; round < 40; round++) {
      const first = await RawSocket.engine(at.server);
      const pids = [];
      for (const name of ['', '/custom,']) {
        first.send(`40${name}`);
        pids.push(JSON.parse((await first.textThat((text) => text.startsWith(`40${name}{`))).slice(2 + name.length)).pid);
      }
      first.destroy();
      await new Promise((resolve) => setTimeout(resolve, 10));
      const again = await RawSocket.engine(at.server);
      again.send(`40{"pid":"${pids[0]}"}`);
      again.send(`40/custom,{"pid":"${pids[1]}"}`);
      if (round % 4 === 0) {
        again.destroy();
        continue;
      }
      const answers = [await again.textThat((text) => text.startsWith('40')),
        await again.textThat((text) => text.startsWith('40'))].join();
      assert.ok(pids.every((pid) => answers.includes(pid)), answers);
      again.destroy();
    }
  });

  it('sends what was missed once, also to a client that is cut again before it has any of it', async () => {
    const speaker = await connect(at.server);
    const first = await RawSocket.engine(at.server);
    first.send('40');
    const { pid } = JSON.parse((await first.textThat((text) => text.startsWith('40'))).slice(2));
    await tell(speaker, 'seen');
    const isEvent = (text) => text.startsWith('42["n"');
    const [, , offset] = JSON.parse((await first.textThat(isEvent)).slice(2));
    first.destroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (let round = 1; round <= 12; round++) {
      await tell(speaker, round);
      const socket = await RawSocket.engine(at.server);
      socket.send(`40${JSON.stringify({ pid, offset })}`);
      const texts = [];
      await socket.textThat((text) => texts.push(text) && text.startsWith('40'));
      const missed = texts.filter(isEvent).map((text) => JSON.parse(text.slice(2))[1]);
      assert.deepEqual(missed, Array.from({ length: round }, (_, n) => n + 1));
      socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it('takes the socket from a connection that only seems to be alive', async () => {
    // Twelve times, so that it is on another loop and moves back and forth.
    let before = await RawSocket.engine(at.server);
    before.send('40');
    const { sid, pid } = JSON.parse((await before.text()).slice(2));
    for (let round = 0; round < 12; round++) {
      const socket = await RawSocket.engine(at.server);
      socket.send(`40{"pid":"${pid}"}`);
      const answer = await socket.textThat((text) => text.startsWith('40'));
      assert.deepEqual(JSON.parse(answer.slice(2)), { sid, pid });
      await before.endPolitely('the end of the earlier connection');
      before = socket;
    }
    before.send('42["message","alive"]');
    await before.textThat((text) => text.startsWith('42["message-back","alive"'));
    before.destroy();
  });

  it('loses, doubles and reorders nothing, however often clients are cut', async () => {
    const speaker = await connect(at.server);
    const readers = await Promise.all(Array.from({ length: 12 }, () => connect(at.server)));
    const total = 3000;
    let cuts = 0;
    const cutter = setInterval(() => {
      const one = readers[cuts++ % readers.length];
      if (one.socket.connected) one.cut();
    }, 7);
    for (let n = 0; n < total; n++) {
      speaker.socket.emit('broadcast', { event: 'n', data: n });
      if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    clearInterval(cutter);
    const all = Array.from({ length: total }, (_, n) => n);
    await eventually(() => readers.every(({ heard }) => heard.at(-1) === total - 1),
      () => `the last event: ${readers.map(({ heard }) => heard.at(-1))}`);
    for (const { heard, recoveries } of readers) {
      assert.deepEqual(heard, all);
      assert.ok(recoveries.length > 3 && recoveries.slice(1).every(Boolean), `${recoveries}`);
    }
  });
});

describe('recovery: its window', () => {
  const at = useConformance('recovery', [...slowPings, '--recovery', 300]);

  it('is over after its time', async () => {
    const ada = await connect(at.server, { reconnectionDelay: 900, reconnectionDelayMax: 1000 });
    const { id } = ada.socket;
    ada.cut();
    await ada.isBack(2);
    assert.equal(ada.socket.recovered, false);
    assert.notEqual(ada.socket.id, id);
  });
});
