// The same chat over polling, WebSocket and the upgrade between them, also while it is busy.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client, connect, settled } from './support/client.mjs';
import { makeRoom, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

const ways = [
  { name: 'polling alone', transports: ['polling'], ends: 'polling' },
  { name: 'WebSocket alone', transports: ['websocket'], ends: 'websocket' },
  { name: 'the upgrade', transports: ['polling', 'websocket'], ends: 'websocket' },
];
const transportOf = (client) => client.socket.io.engine.transport.name;
const onTransport = async (client, name) => {
  const { engine } = client.socket.io;
  if (transportOf(client) !== name || engine.upgrading) {
    await new Promise((resolve) => engine.once('upgrade', resolve));
  }
  assert.equal(transportOf(client), name);
};

for (const way of ways) {
  describe(`chat over ${way.name}`, () => {
    const at = useServer({}, async (it) => {
      [it.ada, it.bob] = await makeUsers(it.server, 2);
      it.room = await makeRoom(it.server, it.ada, it.bob);
      it.sender = await connect(it.server, it.ada, { transports: way.transports });
      it.reader = await connect(it.server, it.bob, { transports: way.transports });
    });

    it('ends on the expected transport and works there', async () => {
      await onTransport(at.sender, way.ends);
      await onTransport(at.reader, way.ends);
      const answer = await at.sender.ask('roomMessage', { roomId: at.room._id, body: 'hello' });
      assert.equal(answer.success, true, answer.message);
      assert.equal((await at.reader.hear('roomMessageConfirmed')).body, 'hello');
    });

    it('carries many messages in order', async () => {
      const count = 300;
      const bodies = Array.from({ length: count }, (_, number) => `number ${number}`);
      const answers = await Promise.all(bodies.map((body) =>
        at.sender.ask('roomMessage', { roomId: at.room._id, body })));
      assert.ok(answers.every(({ success }) => success));
      const numbered = ({ body }) => body.startsWith('number ');
      for (const event of ['roomMessageRecieved', 'roomMessageConfirmed']) {
        const heard = await at.reader.hearMany(event, count, numbered);
        assert.deepEqual(heard.map(({ body }) => body), bodies);
      }
    });

    it('carries large messages both ways', async () => {
      const large = 'ß'.repeat(32_768);
      const answers = await Promise.all(Array.from({ length: 20 }, () =>
        at.sender.ask('roomMessage', { roomId: at.room._id, body: large })));
      answers.forEach((answer) => assert.equal(answer.data?.body, large));
      const heard = await at.reader.hearMany('roomMessageRecieved', 20, ({ body }) => body === large);
      assert.equal(heard.length, 20);
    });

    it('is left with the reason of the client', async () => {
      at.reader.socket.disconnect();
      assert.deepEqual(at.reader.disconnects, ['io client disconnect']);
      await settled(at.sender);
    });
  });
}

describe('an upgrade under traffic', () => {
  const rounds = 8;
  const at = useServer({ args: ['--loops', '2'] }, async (it) => {
    it.users = await makeUsers(it.server, 3);
    it.space = await makeWorkspace(it.server, it.users[0], it.users.slice(1));
    it.channelId = it.space.general.id;
  });

  it('loses, doubles and reorders nothing in either direction', async () => {
    const talker = await connect(at.server, at.users[0]);
    let talking = true;
    const spoken = [];
    const talk = (async () => {
      for (let number = 0; talking; number++) {
        const burst = Array.from({ length: 5 }, (_, part) =>
          talker.ask('NewMessage', { channelId: at.channelId, body: `talk ${number}.${part}` }));
        spoken.push(...(await Promise.all(burst)).map(({ data }) => data));
      }
    })();

    const own = [];
    const joins = [];
    for (let round = 0; round < rounds; round++) {
      const client = new Client(at.server, at.users[1], { transports: ['polling', 'websocket'] });
      await client.connect();
      const joined = await client.ask('JoinChannel', { channelId: at.channelId });
      assert.equal(joined.success, true, joined.message);
      joins.push({ client, from: joined.data.lastSeq });
      const { engine } = client.socket.io;
      let upgraded = transportOf(client) === 'websocket';
      engine.once('upgrade', () => (upgraded = true));
      for (let number = 0; !upgraded || number < 20; number++) {
        const answer = await client.ask('NewMessage',
          { channelId: at.channelId, body: `round ${round}, number ${number}` });
        assert.equal(answer.success, true, answer.message);
        own.push(answer.data.body);
      }
      assert.equal(transportOf(client), 'websocket');
    }
    talking = false;
    await talk;

    const history = await readHistory(at.server, at.users[0], at.channelId);
    assert.deepEqual(history.map(({ seq }) => seq), history.map((_, index) => index + 1));
    assert.deepEqual(history.filter(({ body }) => body.startsWith('round')).map(({ body }) => body), own);
    assert.ok(spoken.length > 0);
    const last = history.at(-1).seq;
    for (const { client, from } of joins) {
      await client.hear('channelMessageConfirmed', ({ seq }) => seq === last);
      const seen = client.heard
        .filter(({ event }) => ['NewMessageReceived', 'channelMessageSent'].includes(event))
        .map(({ args: [message] }) => message.seq);
      const start = seen[0];
      assert.deepEqual(seen, Array.from({ length: last - start + 1 }, (_, index) => start + index));
      // What was in flight at the join was emitted before it; its outcome comes, complete by itself.
      const confirmed = client.all('channelMessageConfirmed').map(({ seq }) => seq);
      assert.ok(confirmed[0] <= from + 1, `nothing is missing after the join: ${confirmed[0]} after ${from}`);
      assert.deepEqual(confirmed, Array.from({ length: confirmed.length }, (_, index) => confirmed[0] + index));
    }
  });
});
