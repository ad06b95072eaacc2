// clientMessageId: sending again is answered with the first outcome and is never a second message.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { makeChannel, makeRoom, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { assertRefused } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

const kinds = {
  room: { send: 'roomMessage', received: 'roomMessageRecieved', sent: 'roomMessageSent',
    confirmed: 'roomMessageConfirmed' },
  channel: { send: 'NewMessage', received: 'NewMessageReceived', sent: 'channelMessageSent',
    confirmed: 'channelMessageConfirmed' },
};
const outcome = ({ _id, seq, body, clientMessageId }) => ({ _id, seq, body, clientMessageId });

for (const [kind, events] of Object.entries(kinds)) {
  describe(`a ${kind} message that is sent again`, () => {
    const at = useServer({}, async (it) => {
      [it.ada, it.bob] = await makeUsers(it.server, 2);
      it.room = await makeRoom(it.server, it.ada, it.bob);
      it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
      it.channel = await makeChannel(it.server, it.ada, it.space);
      it.to = kind === 'room' ? { roomId: it.room._id } : { channelId: it.channel.id };
      it.conversation = Object.values(it.to)[0];
      await it.meet();
    });
    at.meet = async () => {
      at.sender = await connect(at.server, at.ada);
      at.other = await connect(at.server, at.ada);
      at.reader = await connect(at.server, at.bob);
      if (kind === 'channel') {
        await at.sender.ask('JoinChannel', at.to);
        await at.reader.ask('JoinChannel', at.to);
      }
      await settled(at.sender, at.other, at.reader);
    };
    const say = (client, clientMessageId, body = 'again') =>
      client.ask(events.send, { ...at.to, body, clientMessageId });
    const withId = (id) => (message) => message.clientMessageId === id;
    /** The reader has heard of the message `times` times, seen after everything else arrived. */
    const readerHeard = async (id, times) => {
      await settled(at.reader);
      await say(at.sender, `marker ${id}`);
      await at.reader.hear(events.confirmed, withId(`marker ${id}`));
      for (const event of [events.received, events.confirmed]) {
        assert.equal(at.reader.all(event, withId(id)).length, times, event);
      }
    };

    it('after its confirmation gets the first outcome, and nobody hears of it', async () => {
      const first = await say(at.sender, 'after');
      const second = await say(at.sender, 'after', 'another text');
      assert.equal(second.success, true, second.message);
      assert.deepEqual(outcome(second.data), outcome(first.data));
      assert.equal(second.data.tempId, first.data.tempId);
      await readerHeard('after', 1);
      assert.equal(at.sender.all(events.sent, withId('after')).length, 1);
      assert.equal(at.sender.all(events.confirmed, withId('after')).length, 1);
    });

    it('while the first is in flight waits for its outcome', async () => {
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => say(at.sender, 'in-flight')));
      for (const answer of answers) {
        assert.equal(answer.success, true, answer.message);
        assert.deepEqual(outcome(answer.data), outcome(answers[0].data));
      }
      await readerHeard('in-flight', 1);
    });

    it('from another device gets the first outcome', async () => {
      const [one, two] = await Promise.all([say(at.sender, 'devices'), say(at.other, 'devices')]);
      assert.deepEqual(outcome(two.data), outcome(one.data));
      assert.deepEqual(outcome((await say(at.other, 'devices')).data), outcome(one.data));
      await readerHeard('devices', 1);
    });

    it('without a callback is answered by one event, to that socket alone', async () => {
      const first = await say(at.sender, 'silent');
      at.other.tell(events.send, { ...at.to, body: 'again', clientMessageId: 'silent' });
      const [, confirmed] = await at.other.hearMany(events.confirmed, 2, withId('silent'));
      assert.deepEqual(outcome(confirmed), outcome(first.data));
      await readerHeard('silent', 1);
      await settled(at.other, at.sender);
      assert.equal(at.other.all(events.confirmed, withId('silent')).length, 2);
      assert.equal(at.other.all(events.sent, withId('silent')).length, 0);
      assert.equal(at.sender.all(events.confirmed, withId('silent')).length, 1);
    });

    it('after a reconnect gets the first outcome', async () => {
      const first = await say(at.sender, 'reconnect');
      at.sender.close();
      at.sender = await connect(at.server, at.ada);
      await settled(at.sender);
      assert.deepEqual(outcome((await say(at.sender, 'reconnect')).data), outcome(first.data));
      await readerHeard('reconnect', 1);
    });

    it('under the id of another sender is a message of its own', async () => {
      const mine = await say(at.sender, 'shared');
      const theirs = await say(at.reader, 'shared');
      assert.equal(theirs.success, true, theirs.message);
      assert.notEqual(theirs.data._id, mine.data._id);
      assert.equal(theirs.data.senderId._id, at.bob.id);
    });

    it('to another conversation is a CONFLICT', async () => {
      await say(at.sender, 'taken');
      const workspace = await makeWorkspace(at.server, at.ada, [at.bob]);
      const answer = await at.sender.ask('NewMessage',
        { channelId: workspace.general.id, body: 'again', clientMessageId: 'taken' });
      assertRefused(answer, 'CONFLICT');
      assert.deepEqual(await readHistory(at.server, at.ada, workspace.general.id), []);
    });

    it('carries an id of up to 64 characters', async () => {
      for (const id of ['x', 'y'.repeat(64), 'with spaces and "quotes"', 'ünïcödé-😀']) {
        const first = await say(at.sender, id);
        assert.equal(first.success, true, `${id}: ${first.message}`);
        assert.equal(first.data.clientMessageId, id);
        assert.deepEqual(outcome((await say(at.sender, id)).data), outcome(first.data));
      }
      assertRefused(await say(at.sender, 'z'.repeat(65)), 'INVALID_PAYLOAD');
    });

    for (const [how, end] of [['a drain', 'stop'], ['kill -9', 'kill']]) {
      it(`after ${how} and a restart gets the first outcome`, async () => {
        const first = await say(at.sender, `over ${how}`);
        assert.equal(first.success, true, first.message);
        await at.server[end]();
        await at.server.restart();
        await at.meet();
        const second = await say(at.sender, `over ${how}`);
        assert.equal(second.success, true, second.message);
        assert.deepEqual(outcome(second.data), outcome(first.data));
        await readerHeard(`over ${how}`, 0);
        const stored = (await readHistory(at.server, at.ada, at.conversation))
          .filter(({ _id }) => _id === first.data._id);
        assert.equal(stored.length, 1);
      });
    }

    it('leaves every message in the store once', async () => {
      const history = await readHistory(at.server, at.bob, at.conversation);
      assert.deepEqual(history.map(({ seq }) => seq), history.map((_, index) => index + 1));
      assert.equal(new Set(history.map(({ _id }) => _id)).size, history.length);
    });
  });
}
