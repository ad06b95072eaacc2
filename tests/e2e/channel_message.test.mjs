// A message in a channel: its shapes, who reads it by having joined, and what is refused.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { makeChannel, makeUsers, makeWorkspace, readHistory, upload } from './support/rest.mjs';
import { assertConfirmed, assertKeys, assertMessageAck, assertOptimistic, assertRefused }
  from './support/shapes.mjs';
import { bothTransports, useServer } from './support/suite.mjs';

const byBody = (body) => (message) => message.body === body;
const messagesOf = (client, body) =>
  client.heard.filter(({ event, args }) => /essage/.test(event) && args[0].body === body);

for (const transport of bothTransports) {
  describe(`a channel message, over ${transport}`, () => {
    const options = { transports: [transport] };
    const at = useServer({}, async (it) => {
      [it.ada, it.bob, it.cem, it.eve] = await makeUsers(it.server, 4);
      it.space = await makeWorkspace(it.server, it.ada, [it.bob, it.cem]);
      it.channel = await makeChannel(it.server, it.ada, it.space);
      it.to = { channelId: it.channel.id };
      it.where = { channelId: it.channel.id, workspaceId: it.space.id };
      it.laptop = await connect(it.server, it.ada, options);
      it.phone = await connect(it.server, it.ada, options);
      it.desk = await connect(it.server, it.bob, options);
      it.tablet = await connect(it.server, it.bob, options);
      it.passive = await connect(it.server, it.cem, options);
      it.stranger = await connect(it.server, it.eve, options);
      for (const client of [it.laptop, it.desk]) {
        const answer = await client.ask('JoinChannel', it.to);
        assert.equal(answer.success, true, answer.message);
      }
    });

    it('has the shapes of the contract and reaches every device of those who joined', async () => {
      const all = [at.laptop, at.phone, at.desk, at.tablet, at.passive, at.stranger];
      const answer = await at.laptop.ask('NewMessage',
        { ...at.where, senderId: at.ada.id, body: 'shapes', clientMessageId: 'channel-1' });

      const sent = await at.laptop.hear('channelMessageSent');
      assertOptimistic(sent,
        { where: at.where, sender: at.ada, body: 'shapes', clientMessageId: 'channel-1' });
      const own = await at.laptop.hear('channelMessageConfirmed');
      assertConfirmed(own, { optimistic: sent, sender: at.ada, kind: 'channel' });
      assert.equal(own.channelId.name, at.channel.name);
      assertMessageAck(answer, own);

      for (const reader of [at.phone, at.desk, at.tablet]) {
        assert.deepEqual(await reader.hear('NewMessageReceived'), sent);
        assert.deepEqual(await reader.hear('channelMessageConfirmed'), own);
        assert.deepEqual(messagesOf(reader, 'shapes').map(({ event }) => event),
          ['NewMessageReceived', 'channelMessageConfirmed']);
      }
      await settled(...all);
      assert.deepEqual(messagesOf(at.laptop, 'shapes').map(({ event }) => event),
        ['channelMessageSent', 'channelMessageConfirmed']);
      assert.deepEqual(messagesOf(at.passive, 'shapes'), [], 'a member that has not joined hears nothing');
      assert.deepEqual(messagesOf(at.stranger, 'shapes'), []);
    });

    it('may be written by a member that has not joined', async () => {
      const answer = await at.passive.ask('NewMessage', { ...at.to, body: 'from outside' });
      assert.equal(answer.success, true, answer.message);
      const sent = await at.passive.hear('channelMessageSent', byBody('from outside'));
      assert.equal(sent.workspaceId, at.space.id, 'the server fills in the workspace');
      const received = await at.desk.hear('NewMessageReceived', byBody('from outside'));
      assert.deepEqual(received, sent);
      const own = await at.passive.hear('channelMessageConfirmed', byBody('from outside'));
      assertConfirmed(own, { optimistic: sent, sender: at.cem, kind: 'channel' });
    });

    it('no longer reaches a user who left, on any device', async () => {
      const left = await at.tablet.ask('LeaveChannel', at.to);
      assert.equal(left.success, true, left.message);
      await at.laptop.ask('NewMessage', { ...at.to, body: 'behind your back' });
      await settled(at.desk, at.tablet);
      assert.deepEqual([at.desk, at.tablet].flatMap((client) => messagesOf(client, 'behind your back')), []);

      const joined = await at.tablet.ask('JoinChannel', at.to);
      assert.equal(joined.data.alreadyJoined, false);
      await at.laptop.ask('NewMessage', { ...at.to, body: 'welcome back' });
      await at.desk.hear('NewMessageReceived', byBody('welcome back'));
      await at.tablet.hear('NewMessageReceived', byBody('welcome back'));
    });

    it('is refused from a user outside the workspace, and nothing is stored or emitted', async () => {
      const before = await readHistory(at.server, at.ada, at.channel.id);
      assertRefused(await at.stranger.ask('NewMessage', { ...at.to, body: 'intruder' }), 'FORBIDDEN');
      assertRefused(await at.stranger.ask('JoinChannel', at.to), 'FORBIDDEN');
      await settled(at.stranger, at.laptop, at.desk);
      for (const client of [at.laptop, at.desk, at.stranger]) {
        assert.deepEqual(messagesOf(client, 'intruder'), []);
      }
      assert.deepEqual(await readHistory(at.server, at.ada, at.channel.id), before);
    });

    it('is refused for another workspace, another sender, an unknown channel', async () => {
      const other = await makeWorkspace(at.server, at.ada);
      const say = (more) => at.laptop.ask('NewMessage', { ...at.to, body: 'no', ...more });
      assertRefused(await say({ workspaceId: other.id }),
        ['INVALID_PAYLOAD', 'FORBIDDEN', 'NOT_FOUND', 'CONFLICT']);
      assertRefused(await say({ senderId: at.bob.id }), 'FORBIDDEN', 'Invalid senderId');
      assertRefused(await say({ channelId: 'ffffffffffffffffffffffff' }), 'NOT_FOUND');
      await at.laptop.ask('NewMessage', { ...at.to, body: 'yes' });
      await at.desk.hear('NewMessageReceived', byBody('yes'));
      assert.deepEqual(messagesOf(at.desk, 'no'), []);
    });

    it('takes the empty workspaceId for absent, and has an imageKey as in rooms', async () => {
      const file = await upload(at.server, at.laptop.user, 'a b.pdf');
      const answer = await at.laptop.ask('NewMessage', { ...at.to, workspaceId: '', senderId: null,
        body: 'with a file', ...file });
      assert.equal(answer.success, true, answer.message);
      assert.equal(answer.data.workspaceId, at.space.id);
      assert.match(answer.data.imageKey, new RegExp(`^a_b\\.pdf-${file.timeStamp}-.+$`));
    });

    it('counts the users who joined', async () => {
      const one = (await at.laptop.ask('NewMessage', { ...at.to, body: 'count' })).delivery;
      await at.passive.ask('JoinChannel', at.to);
      const two = (await at.laptop.ask('NewMessage', { ...at.to, body: 'count' })).delivery;
      assert.equal(two.onlineUsers, one.onlineUsers + 1);
      await at.passive.ask('LeaveChannel', at.to);
      const three = (await at.laptop.ask('NewMessage', { ...at.to, body: 'count' })).delivery;
      assert.equal(three.onlineUsers, one.onlineUsers);
    });

    it('is the same row over REST', async () => {
      const answer = await at.laptop.ask('NewMessage', { ...at.to, body: 'a row' });
      const row = (await readHistory(at.server, at.bob, at.channel.id)).at(-1);
      assertKeys(row, ['_id', 'body', 'image', 'status', 'seq', 'channelId', 'workspaceId', 'senderId',
        'createdAt', 'updatedAt'], ['clientMessageId', 'parentId', 'commitNo', 'reactions', 'editedAt',
        'deletedAt', 'replyCount', 'version']);
      for (const key of ['_id', 'seq', 'body', 'createdAt']) assert.equal(row[key], answer.data[key], key);
      assert.equal(row.channelId, at.channel.id);
      assert.equal(row.workspaceId, at.space.id);
    });
  });
}
