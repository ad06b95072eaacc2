// Presence: who is there, told to those who watch and to nobody else.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { keys } from './support/keys.mjs';
import { call, makeRoom, makeUsers, metric } from './support/rest.mjs';
import { assertKeys, assertRefused, assertTime, envelopeB, failure } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';
import { eventually } from './support/wait.mjs';

const hour = 3_600_000;
const stateOf = async (client, user) =>
  (await client.ask('watchPresence', { userIds: [user.id] })).data.presence[0];

describe('presence', () => {
  const at = useServer({ set: { [keys.presenceGrace]: 0 } }, async (it) => {
    [it.ada, it.bob, it.cem, it.dan] = await makeUsers(it.server, 4);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.watcher = await connect(it.server, it.bob);
    it.stranger = await connect(it.server, it.cem);
  });

  it('is answered over REST as well', async () => {
    const ask = async (ids, user = at.cem) => call(at.server, 'GET', `/presence?ids=${ids}`, { token: user.token });
    const laptop = await connect(at.server, at.dan);
    const { presence } = envelopeB(await ask(`${at.dan.id},${'f'.repeat(24)}`));
    assert.deepEqual(presence.map(({ userId, status }) => [userId, status]), [[at.dan.id, 'online'], ['f'.repeat(24), 'offline']]);
    assertTime(presence[0].lastSeen);
    failure(await ask(''), 400);
    failure(await ask('undefined'), 404);
    failure(await ask(Array(501).fill(at.dan.id).join()), 400);
    failure(await call(at.server, 'GET', `/presence?ids=${at.dan.id}`), 403);
    laptop.close();
  });

  it('is told to the partner of a room by itself, and to no stranger', async () => {
    const laptop = await connect(at.server, at.ada);
    const online = await at.watcher.hear('presenceChanged', ({ status }) => status === 'online');
    assertKeys(online, ['userId', 'status', 'lastSeen']);
    assert.equal(online.userId, at.ada.id);
    assertTime(online.lastSeen);
    const phone = await connect(at.server, at.ada);
    laptop.close();
    await settled(phone, at.watcher);
    assert.deepEqual(at.watcher.all('presenceChanged').map(({ status }) => status), ['online'],
      'a second device, and the end of the first one, change nothing');
    phone.close();
    const offline = await at.watcher.hear('presenceChanged', ({ status }) => status === 'offline');
    assert.equal(offline.userId, at.ada.id);
    assertTime(offline.lastSeen);
    await settled(at.stranger);
    assert.deepEqual(at.stranger.all('presenceChanged'), []);
    at.watcher.forget();
  });

  it('begins to be told when a room is made', async () => {
    const room = await makeRoom(at.server, at.dan, at.cem);
    assert.ok(room._id);
    const client = await connect(at.server, at.dan);
    const online = await at.stranger.hear('presenceChanged', ({ userId }) => userId === at.dan.id);
    assert.equal(online.status, 'online');
    client.close();
    await at.stranger.hear('presenceChanged', ({ status }) => status === 'offline');
    at.stranger.forget();
  });

  it('is chosen for all devices of a user', async () => {
    const laptop = await connect(at.server, at.ada);
    const phone = await connect(at.server, at.ada);
    await at.watcher.hear('presenceChanged', ({ status }) => status === 'online');
    at.watcher.forget();
    for (const status of ['away', 'dnd', 'online']) {
      const answer = await laptop.ask('setPresence', { status });
      assert.equal(answer.success, true, answer.message);
      assertKeys(answer.data, ['userId', 'status', 'lastSeen']);
      assert.equal(answer.data.status, status);
      await at.watcher.hear('presenceChanged', (heard) => heard.status === status);
      await phone.hear('presenceChanged', (heard) => heard.status === status);
    }
    const count = at.watcher.all('presenceChanged').length;
    await laptop.ask('setPresence', { status: 'online' });
    await settled(at.watcher, laptop, phone);
    assert.equal(at.watcher.all('presenceChanged').length, count, 'what is so already is not told');
    assert.deepEqual(laptop.all('presenceChanged'), []);
    for (const status of ['offline', 'ONLINE', '', 'busy', null, undefined, 1, {}]) {
      assertRefused(await laptop.ask('setPresence', { status }), 'INVALID_PAYLOAD');
    }
    await laptop.ask('setPresence', { status: 'dnd' });
    laptop.close();
    phone.close();
    await at.watcher.hear('presenceChanged', ({ status }) => status === 'offline');
    at.watcher.forget();
    const back = await connect(at.server, at.ada);
    const again = await at.watcher.hear('presenceChanged');
    assert.equal(again.status, 'dnd', 'who is not to be disturbed stays so');
    await back.ask('setPresence', { status: 'online' });
    back.close();
    await at.watcher.hear('presenceChanged', ({ status }) => status === 'offline');
  });

  it('of anybody can be watched, until it is not', async () => {
    const before = await stateOf(at.stranger, at.ada);
    assert.equal(before.status, 'offline');
    assertTime(before.lastSeen);
    const client = await connect(at.server, at.ada);
    await at.stranger.hear('presenceChanged', ({ status }) => status === 'online');
    assert.equal((await stateOf(at.stranger, at.ada)).status, 'online');
    assert.equal((await at.stranger.ask('unwatchPresence', { userIds: [at.ada.id] })).success, true);
    await client.ask('setPresence', { status: 'away' });
    await settled(at.stranger);
    assert.equal(at.stranger.all('presenceChanged').length, 1);
    const nobody = await at.stranger.ask('watchPresence', { userIds: ['f'.repeat(24)] });
    assert.deepEqual(nobody.data.presence, [{ userId: 'f'.repeat(24), status: 'offline', lastSeen: null }]);
    client.close();
  });

  it('is watched of at most 500 users', async () => {
    const ids = (first, count) => Array.from({ length: count }, (_, i) => (first + i).toString(16).padStart(24, '0'));
    const client = await connect(at.server, at.dan);
    assertRefused(await client.ask('watchPresence', { userIds: ids(0, 501) }), 'INVALID_PAYLOAD');
    const all = await client.ask('watchPresence', { userIds: ids(0, 500) });
    assert.equal(all.data.presence.length, 500);
    assertRefused(await client.ask('watchPresence', { userIds: ids(500, 1) }), 'TOO_LARGE');
    assert.equal((await client.ask('watchPresence', { userIds: ids(0, 500) })).success, true);
    await client.ask('unwatchPresence', { userIds: ids(0, 250) });
    assert.equal((await client.ask('watchPresence', { userIds: ids(500, 250) })).success, true);
    client.close();
  });

  it('is counted', async () => {
    const client = await connect(at.server, at.ada);
    const present = await metric(at.server, 'rookery_users_present');
    client.close();
    await eventually(async () => await metric(at.server, 'rookery_users_present') < present,
      'one present user less');
  });
});

describe('the grace of presence', () => {
  const at = useServer({ set: { [keys.presenceGrace]: hour } }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.watcher = await connect(it.server, it.bob);
  });

  it('makes a page reload invisible', async () => {
    for (let round = 0; round < 3; round++) {
      const client = await connect(at.server, at.ada);
      await settled(client);
      if (round % 2) client.cut();
      client.close();
    }
    await settled(at.watcher);
    assert.deepEqual(at.watcher.all('presenceChanged').map(({ status }) => status), ['online']);
  });
});
