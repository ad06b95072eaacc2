// Clients that asked for it acknowledge each message, which counts as `markDelivered`.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { makeRoom, makeUsers, makeWorkspace } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';
import { eventually } from './support/wait.mjs';

describe('acknowledged messages', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
    it.writer = await connect(it.server, it.ada);
    it.reader = await connect(it.server, it.bob, { auth: { token: it.bob.token, ackMessages: true } });
    it.other = await connect(it.server, it.bob);
    for (const client of [it.writer, it.reader, it.other]) {
      await client.ask('JoinChannel', { channelId: it.space.general.id });
      await client.ask('joinRoom', { roomId: it.room._id });
    }
  });
  const say = async (body) => (await at.writer.ask('roomMessage', { roomId: at.room._id, body })).data;
  const heard = (client, event, body) => client.until(
    () => client.heard.find((one) => one.event === event && one.args[0].body === body), `${event} ${body}`);
  const deliveredTo = (seq) => at.writer.hear('messageDelivered', (mark) => mark.seq === seq);

  it('ask those sockets alone, and move the mark once they are stored', async () => {
    const sent = await say('one');
    const message = await heard(at.reader, 'roomMessageRecieved', 'one');
    assert.equal(message.args.length, 1, 'no offset behind it: it could not be kept with an ack');
    assert.equal(typeof message.answer, 'function');
    assert.equal((await heard(at.reader, 'roomMessageConfirmed', 'one')).answer, undefined);
    assert.equal((await heard(at.other, 'roomMessageRecieved', 'one')).answer, undefined);
    await settled(at.writer);
    assert.deepEqual(at.writer.all('messageDelivered'), [], 'nothing is delivered before the answer');
    message.answer();
    assert.deepEqual(await deliveredTo(sent.seq), { roomId: at.room._id, userId: at.bob.id, seq: sent.seq });
  });

  it('count up to the newest of many, as one mark', async () => {
    at.writer.forget();
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => say(`many ${i}`)));
    const newest = Math.max(...all.map(({ seq }) => seq));
    for (const { body } of all) (await heard(at.reader, 'roomMessageRecieved', body)).answer();
    await deliveredTo(newest);
    assert.ok(at.writer.all('messageDelivered').length < 5, 'the marks are gathered');
  });

  it('in a channel are no longer pending, also when the client goes at once', async () => {
    const { data } = await at.writer.ask('NewMessage', { channelId: at.space.general.id, body: 'to all' });
    const message = await heard(at.reader, 'NewMessageReceived', 'to all');
    message.answer();
    at.other.close();
    at.reader.cut();
    await eventually(async () => {
      const again = await connect(at.server, at.bob);
      await settled(again);
      again.close();
      return !again.all('pendingMessages').some(({ messages }) => messages.some(({ _id }) => _id === data._id));
    }, 'the end of what is pending');
  });

  it('are not asked of others by an answer that nobody asked for', async () => {
    at.writer.forget();
    const sent = await say('unasked');
    const stranger = await connect(at.server, at.bob);
    // An answer as a client would write it, to ids that were never given to this socket.
    for (let id = 1 << 30; id < (1 << 30) + 40; id++) stranger.socket.packet({ type: 3, id, data: [] });
    await settled(stranger, at.writer);
    assert.ok(!at.writer.all('messageDelivered').some(({ seq }) => seq >= sent.seq));
    stranger.close();
  });
});
