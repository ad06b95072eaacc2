// A client that is back after a restart, or after longer than the loops keep events, gets its
// connection back from the store: on both stores.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, closeClients, connect } from './support/client.mjs';
import { Postgres } from './support/postgres.mjs';
import { makeRoom, makeUsers, makeWorkspace } from './support/rest.mjs';
import { startServer } from './support/server.mjs';
import { useServer } from './support/suite.mjs';

const cut = (client) => client.socket.io.engine.transport.ws.terminate();
const gone = (client, count = 1) => client.until(() => client.disconnects.length >= count, 'the cut');
const told = (client, event) => client.all(event).map(({ body, seq }) => body ?? seq);
const greetings = ['reconnected', 'accountAlreadyLoggedIn', 'pendingMessages'];
const assertNotGreeted = (client) =>
  greetings.forEach((event) => assert.equal(client.all(event).length, 0, event));

/** SIGTERM, and the same server again: its clients are told to come back. */
async function restart(at, ...clients) {
  const ends = clients.map((client) => gone(client, client.disconnects.length + 1));
  await at.server.stop();
  await Promise.all(ends);
  await at.server.restart();
}

for (const store of ['sqlite', 'postgresql']) {
  describe(`after a restart, on ${store},`, () => {
    const at = {};
    before(async () => {
      if (store === 'postgresql') at.postgres = await Postgres.start();
      at.server = await startServer(
        { args: at.postgres ? ['--store', at.postgres.database('recovery')] : [] });
      [at.ada, at.bob, at.eve] = await makeUsers(at.server, 3);
      at.space = await makeWorkspace(at.server, at.ada, [at.bob, at.eve]);
      at.channel = { channelId: at.space.general.id };
      at.room = { roomId: (await makeRoom(at.server, at.ada, at.bob))._id };
    });
    after(async () => {
      closeClients();
      await at.server?.close();
      await at.postgres?.close();
    });

    it('a client gets its id, its rooms and all that was committed meanwhile, in order', async () => {
      const [ada, bob] = [await connect(at.server, at.ada), await connect(at.server, at.bob)];
      for (const one of [ada, bob]) await one.ask('JoinChannel', at.channel);
      await ada.ask('watchPresence', { userIds: [at.eve.id] });
      const sent = [];
      for (const body of ['first', 'second', 'third']) {
        sent.push((await bob.ask('NewMessage', { ...at.channel, body })).data);
      }
      const mine = (await ada.ask('roomMessage', { ...at.room, body: 'mine' })).data;
      await ada.hear('channelMessageConfirmed', ({ body }) => body === 'third');
      await ada.hear('roomMessageConfirmed', ({ body }) => body === 'mine');
      const { id } = ada;

      await restart(at, ada, bob);
      const writer = await connect(at.server, at.bob);
      await writer.ask('NewMessage', { ...at.channel, body: 'missed 1' });
      await writer.ask('editMessage', { messageId: sent[0]._id, body: 'first, edited' });
      await writer.ask('roomMessage', { ...at.room, body: 'missed 2' });
      await writer.ask('deleteMessage', { messageId: sent[1]._id });
      await writer.ask('markRead', { ...at.room, messageId: mine._id });
      const edited = (await writer.ask('NewMessage', { ...at.channel, body: 'missed 3' })).data;
      await writer.ask('editMessage', { messageId: edited._id, body: `missed 3 for @${at.ada.username}` });

      ada.forget();
      await ada.connect();
      assert.equal(ada.socket.recovered, true);
      assert.equal(ada.id, id);
      const before = ada.heard.filter(({ event }) => event !== 'presenceChanged')
        .map(({ event, args: [it] }) => [event, it.body ?? it.messageId ?? it.seq]);
      assert.deepEqual(before, [
        ['channelMessageConfirmed', 'missed 1'], ['messageEdited', 'first, edited'],
        ['roomMessageConfirmed', 'missed 2'], ['messageDeleted', sent[1]._id],
        ['messageRead', mine._id], ['channelMessageConfirmed', `missed 3 for @${at.ada.username}`],
        ['messageEdited', `missed 3 for @${at.ada.username}`], ['mentioned', edited._id]]);
      // Its rooms and whom it watches are live again.
      await writer.ask('NewMessage', { ...at.channel, body: 'live' });
      await ada.hear('channelMessageConfirmed', ({ body }) => body === 'live');
      const eve = await connect(at.server, at.eve);
      await ada.hear('presenceChanged', ({ userId, status }) => userId === at.eve.id && status === 'online');
      assertNotGreeted(ada);
      [ada, bob, writer, eve].forEach((one) => one.close());
    });

    it('a second cut, within the window, misses and repeats nothing', async () => {
      const ada = await connect(at.server, at.ada);
      await restart(at, ada);
      const bob = await connect(at.server, at.bob);
      await bob.ask('roomMessage', { ...at.room, body: 'one' });
      ada.forget();
      await ada.connect();
      assert.equal(ada.socket.recovered, true);
      cut(ada);
      await gone(ada, 2);
      await bob.ask('roomMessage', { ...at.room, body: 'two' });
      await ada.connect();
      assert.equal(ada.socket.recovered, true);
      await bob.ask('roomMessage', { ...at.room, body: 'three' });
      await ada.hear('roomMessageConfirmed', ({ body }) => body === 'three');
      assert.deepEqual(told(ada, 'roomMessageConfirmed'), ['one', 'two', 'three']);
      [ada, bob].forEach((one) => one.close());
    });

    it('messages and clients come at once, and each is told once', async () => {
      const readers = await Promise.all(Array.from({ length: 8 }, () => connect(at.server, at.ada)));
      for (const one of readers) await one.ask('JoinChannel', at.channel);
      await restart(at, ...readers);
      const bob = await connect(at.server, at.bob);
      const bodies = Array.from({ length: 200 }, (_, i) => `rush ${i}`);
      const sending = Promise.all(bodies.map((body) => bob.ask('NewMessage', { ...at.channel, body })));
      readers.forEach((one) => one.forget());
      await Promise.all(readers.map((one) => one.connect()));
      await sending;
      for (const one of readers) {
        assert.equal(one.socket.recovered, true);
        await one.hear('channelMessageConfirmed', ({ body }) => body === bodies.at(-1));
        assert.deepEqual(told(one, 'channelMessageConfirmed'), bodies);
      }
      [...readers, bob].forEach((one) => one.close());
    });

    it('a pid is good for its user alone, and for one connection', async () => {
      const ada = await connect(at.server, at.ada);
      await ada.ask('JoinChannel', at.channel);
      await ada.ask('NewMessage', { ...at.channel, body: 'an offset' });
      const { id } = ada;
      await restart(at, ada);
      const withPid = async (user) => {
        const client = new Client(at.server, user);
        Object.assign(client.socket, { _pid: ada.socket._pid, _lastOffset: ada.socket._lastOffset });
        await client.connect();
        return client;
      };
      const thief = await withPid(at.bob);
      assert.equal(thief.socket.recovered, false);
      const first = await withPid(at.ada);
      assert.equal(first.id, id);
      // As if the first one's network were gone: the second takes over.
      const second = await withPid(at.ada);
      await gone(first);
      assert.equal(second.socket.recovered && second.id, id);
      [thief, first, second].forEach((one) => one.close());
    });

    it('what events cannot tell, or is too much, makes the connection a new one', async () => {
      const [ada, bob] = [await connect(at.server, at.ada), await connect(at.server, at.bob)];
      const known = (await bob.ask('roomMessage', { ...at.room, body: 'known' })).data;
      await ada.hear('roomMessageConfirmed', ({ body }) => body === 'known');
      for (const change of [
        (one) => one.ask('addReaction', { messageId: known._id, emoji: '👍' }),
        (one) => one.ask('pinMessage', { messageId: known._id }),
        (one) => Promise.all(Array.from({ length: 1001 },
          (_, i) => one.ask('roomMessage', { ...at.room, body: `many ${i}` }))),
      ]) {
        await restart(at, ada);
        const writer = await connect(at.server, at.bob);
        await change(writer);
        ada.forget();
        await ada.connect();
        assert.equal(ada.socket.recovered, false);
        assert.deepEqual(told(ada, 'roomMessageConfirmed'), []);
        await writer.ask('roomMessage', { ...at.room, body: 'live' });
        await ada.hear('roomMessageConfirmed', ({ body }) => body === 'live');
        writer.close();
      }
      [ada, bob].forEach((one) => one.close());
    });

    it('a channel that was left meanwhile brings nothing', async () => {
      const [ada, bob] = [await connect(at.server, at.ada), await connect(at.server, at.bob)];
      for (const one of [ada, bob]) await one.ask('JoinChannel', at.channel);
      await bob.ask('NewMessage', { ...at.channel, body: 'seen' });
      await ada.hear('channelMessageConfirmed', ({ body }) => body === 'seen');
      await restart(at, ada, bob);
      const [phone, writer] = [await connect(at.server, at.ada), await connect(at.server, at.bob)];
      await phone.ask('LeaveChannel', at.channel);
      await writer.ask('NewMessage', { ...at.channel, body: 'secret' });
      ada.forget();
      await ada.connect();
      assert.equal(ada.socket.recovered, true);
      await writer.ask('NewMessage', { ...at.channel, body: 'secret 2' });
      await ada.ask('getUnread', {});
      assert.deepEqual(ada.heard.filter(({ args }) => /secret/.test(JSON.stringify(args))), []);
      [ada, bob, phone, writer].forEach((one) => one.close());
    });
  });
}

for (const [when, set, wait] of [
  ['the window is over', { 'recovery.windowMs': 150 },
    () => new Promise((resolve) => setTimeout(resolve, 600))],
  ['other events took the place of what was missed', { 'recovery.bytes': 1 << 20, 'server.loops': 1 },
    async (bob, other) => {
      const body = 'x'.repeat(60_000);
      for (let i = 0; i < 12; i++) await bob.ask('roomMessage', { ...other, body });
    }],
]) {
  describe(`the store is asked without a restart when ${when}`, () => {
    const at = useServer({ set }, async (it) => {
      [it.ada, it.bob, it.eve] = await makeUsers(it.server, 3);
      it.room = { roomId: (await makeRoom(it.server, it.ada, it.bob))._id };
      it.other = { roomId: (await makeRoom(it.server, it.bob, it.eve))._id };
    });

    it('and knows what was missed', async () => {
      const [ada, bob] = [await connect(at.server, at.ada), await connect(at.server, at.bob)];
      await bob.ask('roomMessage', { ...at.room, body: 'before' });
      await ada.hear('roomMessageConfirmed', ({ body }) => body === 'before');
      const { id } = ada;
      cut(ada);
      await gone(ada);
      await bob.ask('roomMessage', { ...at.room, body: 'missed' });
      await wait(bob, at.other);
      ada.forget();
      await ada.connect();
      assert.equal(ada.socket.recovered, true);
      assert.equal(ada.id, id);
      // The optimistic form is gone for good; what was confirmed is not.
      assert.deepEqual(told(ada, 'roomMessageRecieved'), []);
      assert.deepEqual(told(ada, 'roomMessageConfirmed'), ['missed']);
      assertNotGreeted(ada);
      await bob.ask('roomMessage', { ...at.room, body: 'after' });
      await ada.hear('roomMessageConfirmed', ({ body }) => body === 'after');
      [ada, bob].forEach((one) => one.close());
    });
  });
}

describe('a server that keeps no sockets', () => {
  const at = useServer({ set: { 'recovery.keepForMs': 0 } }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = { roomId: (await makeRoom(it.server, it.ada, it.bob))._id };
  });

  it('lets clients begin anew', async () => {
    const ada = await connect(at.server, at.ada);
    await ada.ask('roomMessage', { ...at.room, body: 'an offset' });
    await restart(at, ada);
    await ada.connect();
    assert.equal(ada.socket.recovered, false);
    ada.close();
  });
});
