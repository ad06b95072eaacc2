// Token buckets per user and class of event: over the limit nothing is done, and one is told when to come back.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { makeRoom, makeUsers, metric, readHistory } from './support/rest.mjs';
import { assertKeys, assertRefused } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

const burst = 5;

describe('the limit of messages', () => {
  // A token comes back in an hour and more: what is counted here does not depend on the time it takes.
  const set = { 'limits.messages.rate': 0.001, 'limits.messages.burst': burst };
  const at = useServer({ set }, async (it) => {
    [it.ada, it.bob, it.cem] = await makeUsers(it.server, 3);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.laptop = await connect(it.server, it.ada);
    it.phone = await connect(it.server, it.ada);
    it.reader = await connect(it.server, it.bob);
  });
  const say = (client, body) => client.ask('roomMessage', { roomId: at.room._id, body });

  it('counts the user, not the socket, and refuses what is over it', async () => {
    for (let number = 0; number < burst; number++) {
      const answer = await say(number % 2 ? at.laptop : at.phone, `number ${number}`);
      assert.equal(answer.success, true, answer.message);
    }
    for (const client of [at.laptop, at.phone]) {
      const answer = await say(client, 'too many');
      assertRefused(answer, 'RATE_LIMITED');
      assert.ok(Number.isInteger(answer.retryAfterMs) && answer.retryAfterMs > 0, String(answer.retryAfterMs));
    }
    await settled(at.reader);
    assert.equal(at.reader.all('roomMessageRecieved').length, burst);
    assert.equal((await readHistory(at.server, at.ada, at.room._id)).length, burst);
  });

  it('says so by an event to who gave no callback', async () => {
    at.laptop.tell('roomMessage', { roomId: at.room._id, body: 'too many' });
    const heard = await at.laptop.hear('rateLimited');
    assertKeys(heard, ['event', 'retryAfterMs']);
    assert.equal(heard.event, 'roomMessage');
    assert.ok(heard.retryAfterMs > 0);
  });

  it('does not touch other users or other classes', async () => {
    assert.equal((await say(at.reader, 'my own bucket')).success, true);
    assert.equal((await at.laptop.ask('joinRoom', { roomId: at.room._id })).success, true);
  });
});

describe('the limit of joins', () => {
  const at = useServer({ set: { 'limits.joins.rate': 0.001, 'limits.joins.burst': burst } }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
  });

  it('is shared by joining and leaving', async () => {
    const client = await connect(at.server, at.ada);
    const answers = [];
    for (let number = 0; number < burst + 2; number++) {
      answers.push(await client.ask(number % 2 ? 'leaveRoom' : 'joinRoom', { roomId: at.room._id }));
    }
    assert.deepEqual(answers.map(({ success, code }) => (success ? 'ok' : code)),
      [...Array(burst).fill('ok'), 'RATE_LIMITED', 'RATE_LIMITED']);
  });
});

describe('the shipped limits', () => {
  const at = useServer({ defaultLimits: true }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.client = await connect(it.server, it.ada);
  });

  it('leave room for a client that mounts every page twice', async () => {
    const ask = (event, payload, count) =>
      Promise.all(Array.from({ length: count }, () => at.client.ask(event, payload)));
    for (const answer of await ask('joinRoom', { roomId: at.room._id }, 20)) assert.equal(answer.success, true);
    const from = { id: at.ada.id, username: at.ada.username, email: at.ada.email };
    const to = { room: at.room._id, user: { id: at.bob.id, username: at.bob.username, email: at.bob.email } };
    const candidate = { candidate: 'candidate:1', sdpMid: '0' };
    for (const answer of await ask('ice-candidate', { candidate, from, to }, 200)) assert.equal(answer.success, true);
    const pages = await Promise.all(Array.from({ length: 50 }, () =>
      readHistory(at.server, at.ada, at.room._id)));
    assert.equal(pages.length, 50);
  });
});

describe('a flood', () => {
  const at = useServer({ set: { 'limits.typing.rate': 1, 'limits.typing.burst': 1 } }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
  });

  it('of ten seconds ends the client, and nobody else', async () => {
    const [flooder, phone, other] = [await connect(at.server, at.ada), await connect(at.server, at.ada),
      await connect(at.server, at.bob)];
    const typing = { roomId: at.room._id, isTyping: true };
    const ended = flooder.until(() => flooder.disconnects.length > 0, 'the end');
    const sending = setInterval(() => {
      for (let i = 0; i < 10; i++) flooder.tell('typing', typing);
    }, 100);
    try {
      await ended;
    } finally {
      clearInterval(sending);
    }
    assert.deepEqual(flooder.disconnects, ['io server disconnect']);
    for (const client of [phone, other]) {
      assert.equal((await client.ask('joinRoom', { roomId: at.room._id })).success, true);
    }
    assert.equal(await metric(at.server, 'rookery_drops_total', 'reason="flood"'), 1);
    assert.ok(at.server.lines.some((line) => line.includes('a client that floods is disconnected')));
  });
});
