// SIGTERM: nothing new is taken, what was accepted is confirmed, and clients come back.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, refusal } from './support/client.mjs';
import { Load } from './support/load.mjs';
import { once } from './support/raw_http.mjs';
import { Polling } from './support/polling.mjs';
import { RawSocket } from './support/raw_ws.mjs';
import { call, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { assertRefused } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';
import { eventually, within } from './support/wait.mjs';

describe('a drain', () => {
  const at = useServer({}, async (it) => {
    it.users = await makeUsers(it.server, 4);
    it.space = await makeWorkspace(it.server, it.users[0], it.users.slice(1));
    it.channelId = it.space.general.id;
  });

  it('is announced, refuses what is new, and ends the process with 0', async () => {
    const client = await connect(at.server, at.users[0], { transports: ['websocket'] });
    const poller = await connect(at.server, at.users[1], { transports: ['polling'] });
    assert.equal((await call(at.server, 'GET', '/readyz')).status, 200);
    at.server.signal('SIGTERM');
    for (const one of [client, poller]) {
      const { retryAfterMs } = await one.hear('serverDraining');
      assert.ok(Number.isInteger(retryAfterMs) && retryAfterMs >= 0, String(retryAfterMs));
    }
    const answer = await client.ask('NewMessage', { channelId: at.channelId, body: 'too late' });
    assertRefused(answer, 'OVERLOADED');
    assert.equal(answer.retryable, true);
    assert.equal((await once(at.server, 'GET', '/readyz')).status, 503);
    assert.equal((await once(at.server, 'GET', '/healthz')).status, 200, 'the process is up');
    assert.equal((await once(at.server, 'GET', '/socket.io/?EIO=4&transport=polling')).status, 503);
    const error = await refusal(at.server, { token: at.users[0].token });
    assert.doesNotMatch(error.message, /Authentication/, 'by HTTP, not by CONNECT_ERROR');
    for (const one of [client, poller]) {
      await one.until(() => one.disconnects.length > 0, 'the end of the connection');
      assert.notEqual(one.disconnects[0], 'io server disconnect', 'no DISCONNECT packet');
    }
    assert.deepEqual(await within(at.server.ended, 'the end of the drain'), { code: 0, signal: null });
    await at.server.restart();
    assert.deepEqual(await readHistory(at.server, at.users[0], at.channelId), [], 'the late one was not stored');
  });

  it('closes a WebSocket with 1001 and a polling session with 1, without 41', async () => {
    const socket = await RawSocket.joined(at.server, at.users[0].token);
    const session = await Polling.joined(at.server, at.users[1].token);
    at.server.signal('SIGTERM');
    const packets = [];
    while (packets.at(-1) !== '1') packets.push(await session.packet());
    const { code } = await socket.endPolitely('the close by the drain');
    assert.equal(code, 1001);
    for (const heard of [socket.unread(), packets]) {
      assert.ok(heard.some((packet) => packet.startsWith('42["serverDraining",{"retryAfterMs":')), heard.join(' '));
      assert.equal(heard.some((packet) => packet.startsWith('41')), false, 'no DISCONNECT');
    }
    assert.equal((await within(at.server.ended, 'the end of the drain')).code, 0);
    await at.server.restart();
  });

  it('confirms all that was accepted under load', async () => {
    for (let round = 0; round < 3; round++) {
      const load = await Load.start(at.server, at.users, at.channelId, { label: `drain${round}`, window: 30 });
      await within(load.reached(200), 'load');
      at.server.signal('SIGTERM');
      await Promise.all(load.clients.map((client) => client.hear('serverDraining')));
      load.stop();
      assert.equal((await within(at.server.ended, 'the end of the drain')).code, 0);
      await Promise.all(load.clients.map((client) =>
        client.until(() => client.disconnects.length > 0, 'the end of the connection')));

      // Accepted is what was shown to anybody; each must have been confirmed before the close.
      for (const client of load.clients) {
        const accepted = client.all('channelMessageSent').map(({ clientMessageId }) => clientMessageId);
        const confirmed = new Set(client.all('channelMessageConfirmed').map((message) => message.clientMessageId));
        assert.deepEqual(accepted.filter((id) => !confirmed.has(id)), [], 'confirmed to its sender');
        assert.equal(client.all('channelMessageFailed').length, 0);
      }
      for (const answer of load.refused.values()) assertRefused(answer, 'OVERLOADED');
      load.close();
      await at.server.restart();
      const stored = new Set((await readHistory(at.server, at.users[0], at.channelId)).map(({ _id }) => _id));
      for (const { _id } of load.confirmed.values()) assert.ok(stored.has(_id));
    }
  });

  it('lets clients come back by themselves to the server that follows', async () => {
    const options = { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 100 };
    const clients = [await connect(at.server, at.users[0], { ...options, transports: ['websocket'] }),
      await connect(at.server, at.users[1], { ...options, transports: ['polling'] })];
    for (const client of clients) await client.ask('JoinChannel', { channelId: at.channelId });
    assert.equal((await at.server.stop()).code, 0);
    await at.server.restart();
    for (const client of clients) {
      await eventually(() => client.socket.connected && client.disconnects.length > 0, 'the reconnection');
    }
    const answer = await clients[0].ask('NewMessage', { channelId: at.channelId, body: 'we are back' });
    assert.equal(answer.success, true, answer.message);
    await clients[1].hear('NewMessageReceived', ({ body }) => body === 'we are back');
    clients.forEach((client) => client.close());
  });

  it('is done with SIGINT too', async () => {
    at.server.signal('SIGINT');
    assert.equal((await within(at.server.ended, 'the end after SIGINT')).code, 0);
    await at.server.restart();
  });

  it('is cut short by a second signal', async () => {
    const client = await connect(at.server, at.users[0]);
    at.server.signal('SIGTERM');
    await client.hear('serverDraining');
    at.server.signal('SIGTERM');
    await within(at.server.ended, 'the end after a second SIGTERM');
    await at.server.restart();
    assert.equal((await call(at.server, 'GET', '/readyz')).status, 200);
  });
});
