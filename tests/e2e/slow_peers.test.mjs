// Peers that take their time, or only seem to be there: each is let go of, the others are unharmed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { keys } from './support/keys.mjs';
import { Polling } from './support/polling.mjs';
import { RawHttp, requestText } from './support/raw_http.mjs';
import { RawSocket } from './support/raw_ws.mjs';
import { call, makeRoom, makeUsers } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';
import { eventually, within } from './support/wait.mjs';

/** Sends a text a byte at a time, until all is sent or the connection is closed. */
async function drip(http, text, everyMs) {
  for (const byte of Buffer.from(text)) {
    if (http.closed) return;
    http.write(Buffer.from([byte]));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

describe('slow peers', () => {
  const set = { 'server.requestTimeoutMs': 600, 'server.idleTimeoutMs': 600,
    [keys.pingInterval]: 300, [keys.pingTimeout]: 300, [keys.upgradeTimeout]: 500, [keys.outQueueBytes]: 256 << 10 };
  const at = useServer({ set }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
  });
  const assertUnharmed = async () => assert.equal((await call(at.server, 'GET', '/ping')).status, 200);

  it('that send the head of a request byte by byte get 408', async () => {
    const http = await RawHttp.connect(at.server);
    const sending = drip(http, requestText('GET', `/api/v1/${'long/'.repeat(100)}`, { headers: {} }), 20);
    assert.equal((await http.answer()).status, 408);
    await within(http.ended, 'the end');
    await sending;
    await assertUnharmed();
  });

  it('that send a body byte by byte get 408', async () => {
    const http = await RawHttp.connect(at.server);
    http.write(requestText('POST', '/api/v1/users/signin',
      { headers: { 'Content-Type': 'application/json', 'Content-Length': 500 } }));
    const sending = drip(http, ' '.repeat(500), 20);
    assert.equal((await http.answer()).status, 408);
    await sending;
    await assertUnharmed();
  });

  it('that send a large body slowly, but steadily, are answered', async () => {
    const http = await RawHttp.connect(at.server);
    const body = JSON.stringify({ loginType: 'username', username: 'nobody', password: 'x'.repeat(20_000) });
    http.write(requestText('POST', '/api/v1/users/signin',
      { headers: { 'Content-Type': 'application/json', 'Content-Length': body.length } }));
    for (let i = 0; i < body.length; i += 2_000) {
      http.write(body.slice(i, i + 2_000));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.notEqual((await http.answer()).status, 408);
  });

  it('that say nothing are let go of, before a request and after one', async () => {
    const silent = await Promise.all(Array.from({ length: 50 }, () => RawHttp.connect(at.server)));
    const used = await RawHttp.connect(at.server);
    used.request('GET', '/healthz');
    assert.equal((await used.answer()).status, 200);
    await within(Promise.all([...silent, used].map((http) => http.ended)), 'all their ends');
    await assertUnharmed();
  });

  it('that send a frame byte by byte end with the heartbeat', async () => {
    const socket = await RawSocket.joined(at.server, at.ada.token);
    const head = Buffer.from([0x81, 0xfe, 0x0f, 0xff, 0, 0, 0, 0]);
    const timer = setInterval(() => socket.write(Buffer.from('x')), 50);
    socket.write(head);
    try {
      await within(socket.closed.promise, 'the end');
    } finally {
      clearInterval(timer);
    }
    await assertUnharmed();
  });

  it('that poll once and never read again end, and what waited for them with them', async () => {
    const session = await Polling.open(at.server);
    await session.post(`40${JSON.stringify({ token: at.bob.token })}`);
    const writer = await connect(at.server, at.ada);
    const before = await at.server.memory();
    for (let i = 0; i < 100; i++) {
      const answer = await writer.ask('roomMessage', { roomId: at.room._id, body: 'x'.repeat(9_000) });
      assert.equal(answer.success, true, answer.message);
    }
    await eventually(async () => (await session.get()).status === 400, 'the end of the session');
    assert.ok(await at.server.memory() - before < 40_000, 'KiB more');
  });

  it('whose WebSocket opens for an upgrade and says nothing: polling goes on', async () => {
    const client = await connect(at.server, at.ada, { transports: ['polling'] });
    const { id } = client.socket.io.engine;
    const probe = await RawSocket.open(at.server, `/socket.io/?EIO=4&transport=websocket&sid=${id}`);
    await within(probe.closed.promise, 'the end of the probe');
    assert.equal((await client.ask('joinRoom', { roomId: at.room._id })).success, true);
  });
});
