// One order for all: 1 000 messages from 10 senders, seen by 20 receivers over both transports.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

const senders = 10;
const receivers = 20;
const perSender = 100;
const total = senders * perSender;
const transportsOf = (index) =>
  [['websocket'], ['polling'], ['polling', 'websocket']][index % 3];

for (const loops of [1, 2]) {
  describe(`the order of messages with ${loops} loop${loops > 1 ? 's' : ''}`, () => {
    const at = useServer({ args: ['--loops', String(loops)] }, async (it) => {
      it.users = await makeUsers(it.server, senders + receivers);
      it.space = await makeWorkspace(it.server, it.users[0], it.users.slice(1));
      it.channelId = it.space.general.id;
      it.clients = [];
      for (const [index, user] of it.users.entries()) {
        const client = await connect(it.server, user, { transports: transportsOf(index) });
        const answer = await client.ask('JoinChannel', { channelId: it.channelId });
        assert.equal(answer.success, true, answer.message);
        it.clients.push(client);
      }
    });

    it('is the same for every receiver and equal to seq', async () => {
      const [writers, readers] = [at.clients.slice(0, senders), at.clients.slice(senders)];
      const answers = await Promise.all(writers.flatMap((writer, who) =>
        Array.from({ length: perSender }, (_, number) =>
          writer.ask('NewMessage', { channelId: at.channelId, body: `${who}:${number}` }))));
      answers.forEach((answer) => assert.equal(answer.success, true, answer.message));

      const everySeq = Array.from({ length: total }, (_, index) => index + 1);
      const bySeq = new Map(answers.map(({ data }) => [data.seq, data]));
      assert.deepEqual([...bySeq.keys()].sort((a, b) => a - b), everySeq);
      const expected = everySeq.map((seq) => bySeq.get(seq).body);

      for (const reader of readers) {
        const received = await reader.hearMany('NewMessageReceived', total);
        assert.deepEqual(received.map(({ seq }) => seq), everySeq);
        assert.deepEqual(received.map(({ body }) => body), expected);
        const confirmed = await reader.hearMany('channelMessageConfirmed', total);
        assert.deepEqual(confirmed.map(({ seq }) => seq), everySeq, 'confirmations keep the order');
        assert.deepEqual(confirmed.map(({ _id }) => _id), everySeq.map((seq) => bySeq.get(seq)._id));
        assert.equal(reader.all('NewMessageReceived').length, total);
        assert.equal(reader.all('channelMessageConfirmed').length, total);
      }
    });

    it('is the same for the senders, own messages in their place', async () => {
      for (const [who, writer] of at.clients.slice(0, senders).entries()) {
        await writer.hearMany('channelMessageConfirmed', total);
        const seen = writer.heard
          .filter(({ event }) => ['NewMessageReceived', 'channelMessageSent'].includes(event))
          .map(({ event, args: [message] }) => ({ event, seq: message.seq, body: message.body }));
        assert.deepEqual(seen.map(({ seq }) => seq), seen.map((_, index) => index + 1));
        assert.equal(seen.length, total);
        const own = seen.filter(({ event }) => event === 'channelMessageSent').map(({ body }) => body);
        assert.deepEqual(own, Array.from({ length: perSender }, (_, number) => `${who}:${number}`));
      }
    });

    it('shows no confirmation before its message', () => {
      for (const client of at.clients) {
        let seen = 0;
        for (const { event, args: [message] } of client.heard) {
          if (['NewMessageReceived', 'channelMessageSent'].includes(event)) seen = message.seq;
          if (event === 'channelMessageConfirmed') assert.ok(message.seq <= seen);
        }
      }
    });

    it('is the order of the store', async () => {
      const history = await readHistory(at.server, at.users[0], at.channelId);
      const [reader] = at.clients.slice(-1);
      assert.deepEqual(history.map(({ seq, body }) => ({ seq, body })),
        reader.all('NewMessageReceived').map(({ seq, body }) => ({ seq, body })));
    });
  });
}
