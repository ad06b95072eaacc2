// Two hundred clients over both transports: everything is delivered and confirmed, once and in order.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { makeChannel, makeRoom, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

const people = 50;
const devices = 4;
const channels = 5;
const perDevice = 4;
const transportsOf = (index) => [['websocket'], ['polling'], ['polling', 'websocket'], ['websocket']][index % 4];

describe('two hundred clients', () => {
  const at = useServer({ args: ['--loops', '2'] }, async (it) => {
    it.users = await makeUsers(it.server, people);
    it.space = await makeWorkspace(it.server, it.users[0], it.users.slice(1));
    it.channels = [];
    while (it.channels.length < channels) it.channels.push(await makeChannel(it.server, it.users[0], it.space));
    it.clients = [];
    for (let device = 0; device < devices; device++) {
      for (const [who, user] of it.users.entries()) {
        const client = await connect(it.server, user, { transports: transportsOf(device) });
        client.channelId = it.channels[who % channels].id;
        if (device === 0) {
          const answer = await client.ask('JoinChannel', { channelId: client.channelId });
          assert.equal(answer.success, true, answer.message);
        }
        it.clients.push(client);
      }
    }
  });

  it('hear every message of their channel, in order, and its confirmation', async () => {
    assert.equal(at.clients.length, 200);
    const answers = await Promise.all(at.clients.flatMap((client, index) =>
      Array.from({ length: perDevice }, (_, number) => client.ask('NewMessage',
        { channelId: client.channelId, body: `${index}/${number}`, clientMessageId: `${index}/${number}` }))));
    answers.forEach((answer) => assert.equal(answer.success, true, answer.message));

    const total = people / channels * devices * perDevice;
    const everySeq = Array.from({ length: total }, (_, index) => index + 1);
    for (const client of at.clients) {
      await client.hearMany('channelMessageConfirmed', total);
      const heard = client.heard.filter(({ event }) => ['NewMessageReceived', 'channelMessageSent'].includes(event));
      assert.deepEqual(heard.map(({ args: [message] }) => message.seq), everySeq);
      assert.deepEqual(client.all('channelMessageConfirmed').map(({ seq }) => seq), everySeq);
      assert.ok(heard.every(({ args: [message] }) => message.channelId === client.channelId));
      assert.deepEqual(client.disconnects, []);
    }
    for (const channel of at.channels) {
      const history = await readHistory(at.server, at.users[0], channel.id);
      assert.deepEqual(history.map(({ seq }) => seq), everySeq);
      const one = at.clients.find(({ channelId }) => channelId === channel.id);
      assert.deepEqual(history.map(({ _id }) => _id), one.all('channelMessageConfirmed').map(({ _id }) => _id));
    }
  });

  it('talk in pairs too', async () => {
    const pairs = Array.from({ length: people / 2 }, (_, index) => [index * 2, index * 2 + 1]);
    await Promise.all(pairs.map(async ([one, other]) => {
      const room = await makeRoom(at.server, at.users[one], at.users[other]);
      const sender = at.clients[one];
      for (let number = 0; number < 5; number++) {
        const answer = await sender.ask('roomMessage', { roomId: room._id, body: `pair ${number}` });
        assert.equal(answer.success, true, answer.message);
      }
      for (let device = 0; device < devices; device++) {
        const reader = at.clients[device * people + other];
        const heard = await reader.hearMany('roomMessageConfirmed', 5);
        assert.deepEqual(heard.map(({ body }) => body), [0, 1, 2, 3, 4].map((number) => `pair ${number}`));
        assert.deepEqual(reader.all('roomMessageRecieved').map(({ seq }) => seq), [1, 2, 3, 4, 5]);
      }
    }));
  });

  it('leave, half of them without a word, and the server goes on', async () => {
    at.clients.forEach((client, index) => (index % 2 ? client.cut() : client.close()));
    const client = await connect(at.server, at.users[0]);
    const answer = await client.ask('NewMessage', { channelId: at.channels[0].id, body: 'alone' });
    assert.equal(answer.success, true, answer.message);
  });
});
