// Mentions (events.md, conversation features): on both stores, from the optimistic message to
// history, and who hears of them.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { closeClients, connect } from './support/client.mjs';
import { Postgres } from './support/postgres.mjs';
import { call, freshName, makeRoom, makeUsers, makeWorkspace } from './support/rest.mjs';
import { startServer } from './support/server.mjs';
import { assertKeys } from './support/shapes.mjs';

for (const store of ['sqlite', 'postgresql']) {
  describe(`mentions on ${store}`, () => {
    const at = {};
    before(async () => {
      if (store === 'postgresql') at.postgres = await Postgres.start();
      at.server = await startServer(
        { args: at.postgres ? ['--store', at.postgres.database('mentions')] : [] });
      at.users = await makeUsers(at.server, 4);
      const [ada, bob, eve] = at.users;
      at.space = await makeWorkspace(at.server, ada, [bob, eve]);
      at.channelId = at.space.general.id;
    });
    after(async () => {
      closeClients();
      await at.server?.close();
      await at.postgres?.close();
    });
    const send = async (client, body, more = {}) => {
      const answer = await client.ask('NewMessage', { channelId: at.channelId, body, ...more });
      assert.equal(answer.success, true, answer.message);
      return answer.data;
    };
    const name = (user) => user.username;

    it('are on the message in all its forms, and told to those named, joined or not', async () => {
      const [ada, bob, eve, joe] = at.users;
      const [sender, reader, away, stranger] =
        await Promise.all([ada, bob, eve, joe].map((user) => connect(at.server, user)));
      for (const client of [sender, reader]) await client.ask('JoinChannel', { channelId: at.channelId });
      const body = `hi @${name(bob).toUpperCase()} and @${name(eve)}. @${name(joe)} @${name(ada)} x@${name(bob)}`;
      const message = await send(sender, body);
      const named = [bob.id, eve.id, ada.id];
      assert.deepEqual(message.mentions, named);
      const optimistic = await reader.hear('NewMessageReceived', (one) => one.body === body);
      assert.deepEqual(optimistic.mentions, named);
      const confirmed = await reader.hear('channelMessageConfirmed', (one) => one._id === message._id);
      assert.deepEqual(confirmed.mentions, named);
      for (const client of [reader, away]) {
        const told = await client.hear('mentioned');
        assertKeys(told, ['messageId', 'channelId', 'seq', 'by', 'preview']);
        assert.equal(told.messageId, message._id);
        assert.equal(told.channelId, at.channelId);
        assert.equal(told.by._id, ada.id);
        assert.equal(told.preview, body);
      }
      const { messages } = await reader.ask('getMessages', { channelId: at.channelId, limit: 1 }).then(({ data }) => data);
      assert.deepEqual(messages[0].mentions, named);
      await send(sender, 'nobody');
      await reader.hear('channelMessageConfirmed', (one) => one.body === 'nobody');
      assert.deepEqual(sender.all('mentioned'), [], 'who names himself');
      assert.deepEqual(stranger.all('mentioned'), [], 'no member');
      const plain = await reader.hear('channelMessageConfirmed', (one) => one.body === 'nobody');
      assert.equal('mentions' in plain, false);
    });

    it('of an edit: those are told who were not named before', async () => {
      const [ada, bob, eve] = at.users;
      const [sender, first, second] = await Promise.all([ada, bob, eve].map((user) => connect(at.server, user)));
      await sender.ask('JoinChannel', { channelId: at.channelId });
      const message = await send(sender, `@${name(bob)}`);
      await first.hear('mentioned', (one) => one.messageId === message._id);
      first.forget();
      const body = `@${name(bob)} @${name(eve)}`;
      await sender.ask('editMessage', { messageId: message._id, body });
      const edited = await sender.hear('messageEdited', (one) => one.messageId === message._id);
      assert.deepEqual(edited.mentions, [bob.id, eve.id]);
      assert.equal((await second.hear('mentioned', (one) => one.messageId === message._id)).preview, body);
      await sender.ask('editMessage', { messageId: message._id, body: 'nobody' });
      await sender.ask('JoinChannel', { channelId: at.channelId });
      assert.deepEqual(first.all('mentioned'), []);
      const { data } = await sender.ask('getMessages', { channelId: at.channelId, limit: 1 });
      assert.equal('mentions' in data.messages[0], false);
    });

    it('in a room name its two', async () => {
      const [ada, bob, eve] = at.users;
      const { _id: roomId } = await makeRoom(at.server, ada, bob);
      const [sender, other] = await Promise.all([ada, bob].map((user) => connect(at.server, user)));
      const body = JSON.stringify({ ops: [{ insert: `see @${name(bob)}, @${name(eve)}\n` }] });
      const { data } = await sender.ask('roomMessage', { roomId, body });
      assert.deepEqual(data.mentions, [bob.id]);
      const told = await other.hear('mentioned', (one) => one.messageId === data._id);
      assert.equal(told.roomId, roomId);
      assert.equal(told.preview, `see @${name(bob)}, @${name(eve)}`);
    });

    it('know who joins and who is renamed', async () => {
      const [ada, , , joe] = at.users;
      const sender = await connect(at.server, ada);
      await sender.ask('JoinChannel', { channelId: at.channelId });
      assert.equal('mentions' in await send(sender, `@${name(joe)}`), false);
      const joined = await call(at.server, 'PUT', `/workspace/join/${at.space.id}`,
        { token: joe.token, body: { joinCode: at.space.joinCode } });
      assert.equal(joined.status, 200, JSON.stringify(joined.body));
      assert.deepEqual((await send(sender, `@${name(joe)} is here`)).mentions, [joe.id]);
      const renamed = await call(at.server, 'PUT', '/users/update/profile',
        { token: joe.token, body: { username: freshName('neo') } });
      assert.equal(renamed.status, 200, JSON.stringify(renamed.body));
      const { username } = renamed.body.data;
      assert.deepEqual((await send(sender, `@${username}!`)).mentions, [joe.id]);
      assert.equal('mentions' in await send(sender, `@${name(joe)} is no more`), false);
    });

    it('are there after a restart, and a long preview is cut between characters', async () => {
      const [ada, bob] = at.users;
      const sender = await connect(at.server, ada);
      await sender.ask('JoinChannel', { channelId: at.channelId });
      const reader = await connect(at.server, bob);
      const message = await send(sender, `@${name(bob)} ${'ä'.repeat(300)}`);
      const told = await reader.hear('mentioned', (one) => one.messageId === message._id);
      assert.equal([...told.preview].length, 140);
      closeClients();
      await at.server.stop();
      await at.server.restart();
      const back = await connect(at.server, ada);
      const { data } = await back.ask('getMessages', { channelId: at.channelId, limit: 1 });
      assert.deepEqual(data.messages[0].mentions, [bob.id]);
    });
  });
}
