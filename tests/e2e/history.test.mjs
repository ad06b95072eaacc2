// One-to-one rooms, and the messages of both kinds of conversation, read over REST.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { call, makeRoom, makeUsers, makeWorkspace } from './support/rest.mjs';
import { assertId, assertKeys, assertPopulated, assertTime, envelopeA, envelopeB, envelopeC, failure }
  from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

const wrongIds = ['undefined', 'null', 'temp_1700000000000_abcdefghi', 'x', 'A'.repeat(24), '..%2f..%2fetc', '%00', "'"];
const count = 45;
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a room', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob, it.cem, it.eve] = await makeUsers(it.server, 4);
  });
  const ask = (user, method, path, body) => call(at.server, method, path, { token: user.token, body });
  const assertRoom = (room, one, other, optional = []) => {
    assertKeys(room, ['_id', 'senderId', 'recieverId', 'status', 'createdAt', 'updatedAt'], optional);
    assertId(room._id);
    assertPopulated(room.senderId, one);
    assertPopulated(room.recieverId, other);
    assert.equal(room.status, 'active');
    assertTime(room.createdAt);
    assertTime(room.updatedAt);
  };

  it('is made once for a pair, by id or by name, from either side', async () => {
    const first = envelopeA(await ask(at.ada, 'POST', '/room', { recieverId: at.bob.id }));
    assertRoom(first, at.ada, at.bob);
    for (const [user, body] of [[at.ada, { recieverId: at.bob.id }], [at.ada, { username: at.bob.username }],
      [at.bob, { recieverId: at.ada.id }], [at.bob, { username: at.ada.username }]]) {
      assert.equal(envelopeA(await ask(user, 'POST', '/room', body))._id, first._id);
    }
  });

  it('is one also when both ask at once', async () => {
    const [one, other] = await makeUsers(at.server, 2);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => (index % 2
      ? ask(one, 'POST', '/room', { recieverId: other.id })
      : ask(other, 'POST', '/room', { recieverId: one.id }))));
    assert.equal(new Set(answers.map((answer) => envelopeA(answer)._id)).size, 1);
  });

  it('is not made with nobody', async () => {
    failure(await ask(at.ada, 'POST', '/room', { recieverId: 'ffffffffffffffffffffffff' }), 404);
    failure(await ask(at.ada, 'POST', '/room', { username: 'nobody.at.all' }), 404);
    failure(await ask(at.ada, 'POST', '/room', {}), 400, /^Validation error : /);
    for (const recieverId of [7, {}, ['x'], 'undefined', 'x']) {
      assert.ok([400, 404].includes((await ask(at.ada, 'POST', '/room', { recieverId })).status), String(recieverId));
    }
  });

  it('is read by its two users alone', async () => {
    const { _id } = await makeRoom(at.server, at.ada, at.bob);
    for (const user of [at.ada, at.bob]) {
      assertRoom(envelopeA(await ask(user, 'GET', `/room/${_id}`)), at.ada, at.bob, ['lastMessage']);
    }
    failure(await ask(at.eve, 'GET', `/room/${_id}`), 401);
    failure(await ask(at.ada, 'GET', '/room/ffffffffffffffffffffffff'), 404);
    for (const id of wrongIds) failure(await ask(at.ada, 'GET', `/room/${id}`), 404);
  });

  it('is listed with its last message, newest first', async () => {
    const [dora, ...others] = await makeUsers(at.server, 4);
    assert.deepEqual(envelopeA(await ask(dora, 'GET', '/room')), []);
    const rooms = [];
    for (const other of others) rooms.push(await makeRoom(at.server, dora, other));
    const client = await connect(at.server, dora);
    await client.ask('roomMessage', { roomId: rooms[1]._id, body: 'old' });
    await client.ask('roomMessage', { roomId: rooms[0]._id, body: 'newer' });
    await client.ask('roomMessage', { roomId: rooms[0]._id, body: 'newest' });
    const list = envelopeA(await ask(dora, 'GET', '/room'));
    assert.equal(list.length, 3);
    list.forEach((room) => assertRoom(room, dora, others.find(({ id }) => id === room.recieverId._id), ['lastMessage']));
    const byId = new Map(list.map((room) => [room._id, room.lastMessage]));
    assert.equal(byId.get(rooms[2]._id), null, 'null when there is none');
    assert.equal(byId.get(rooms[1]._id).body, 'old');
    const last = byId.get(rooms[0]._id);
    assertKeys(last, ['_id', 'body', 'image', 'status', 'seq', 'roomId', 'senderId', 'createdAt', 'updatedAt'],
      ['clientMessageId', 'parentId', 'commitNo', 'version']);
    assert.deepEqual([last.body, last.seq, last.roomId], ['newest', 2, rooms[0]._id]);
    const spoken = list.filter(({ lastMessage }) => lastMessage).map(({ _id }) => _id);
    assert.deepEqual(spoken, [rooms[0]._id, rooms[1]._id], 'the newest message first');
    client.close();
  });
});

for (const kind of ['room', 'channel']) {
  describe(`the messages of a ${kind}`, () => {
    const at = useServer({}, async (it) => {
      [it.ada, it.bob, it.eve] = await makeUsers(it.server, 3);
      const client = await connect(it.server, it.ada);
      if (kind === 'room') {
        it.id = (await makeRoom(it.server, it.ada, it.bob))._id;
        it.list = `/directMessages/${it.id}`;
      } else {
        it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
        it.id = it.space.general.id;
        it.list = `/messages/${it.id}`;
      }
      const [event, key] = kind === 'room' ? ['roomMessage', 'roomId'] : ['NewMessage', 'channelId'];
      for (const seq of numbers(1, count)) {
        const answer = await client.ask(event, { [key]: it.id, body: `number ${seq}` });
        assert.equal(answer.data?.seq, seq, answer.message);
      }
      client.close();
    });
    const ask = (user, path) => call(at.server, 'GET', path, { token: user.token });
    const page = async (query) => envelopeC(await ask(at.bob, at.list + query)).map(({ seq }) => seq);
    const cursor = async (query) => {
      const data = envelopeB(await ask(at.bob, `/conversations/${at.id}/messages${query}`));
      assertKeys(data, ['messages', 'hasMore']);
      return [data.messages.map(({ seq }) => seq), data.hasMore];
    };

    it('have the shape of an item', async () => {
      for (const item of envelopeC(await ask(at.bob, at.list))) {
        const where = kind === 'room' ? ['roomId'] : ['channelId', 'workspaceId'];
        assertKeys(item, ['_id', 'body', 'image', 'status', 'seq', ...where, 'senderId', 'createdAt', 'updatedAt'],
          ['clientMessageId', 'parentId', 'commitNo', 'version']);
        assertId(item._id);
        assert.equal(item.body, `number ${item.seq}`);
        assert.equal(item.image, null);
        assert.equal(item.status, 'unread');
        assertPopulated(item.senderId, at.ada);
        assertTime(item.createdAt);
        assert.equal(item[where[0]], at.id);
        if (kind === 'channel') assert.equal(item.workspaceId, at.space.id);
      }
    });

    it('come by pages: the first is the newest, oldest first within', async () => {
      assert.deepEqual(await page(''), numbers(count - 19, count));
      assert.deepEqual(await page('?page=1&limit=20'), numbers(count - 19, count));
      assert.deepEqual(await page('?page=2'), numbers(count - 39, count - 20));
      assert.deepEqual(await page('?page=3'), numbers(1, 5));
      assert.deepEqual(await page('?page=4'), []);
      assert.deepEqual(await page('?page=2&limit=7'), numbers(count - 13, count - 7));
      assert.deepEqual(await page('?limit=1000'), numbers(1, count), 'at most a hundred');
      for (const first of ['0', '-1', '-99999']) {
        assert.deepEqual(await page(`?page=${first}`), numbers(count - 19, count), `page ${first} is page 1`);
      }
      assert.deepEqual(await page('?page=99999999999'), []);
    });

    it('need numbers for page and limit', async () => {
      for (const query of ['?page=x', '?limit=x', '?page=1x', '?limit=%00', '?page=NaN']) {
        failure(await ask(at.bob, at.list + query), 400, /^Validation error : /);
      }
    });

    it('come by cursors, oldest first', async () => {
      assert.deepEqual(await cursor('?limit=100'), [numbers(1, count), false]);
      assert.deepEqual(await cursor('?limit=10'), [numbers(count - 9, count), true]);
      assert.deepEqual(await cursor('?before=10&limit=5'), [numbers(5, 9), true]);
      assert.deepEqual(await cursor('?before=4&limit=5'), [numbers(1, 3), false]);
      assert.deepEqual(await cursor('?before=1&limit=5'), [[], false]);
      assert.deepEqual(await cursor('?after=0&limit=5'), [numbers(1, 5), true]);
      assert.deepEqual(await cursor(`?after=${count - 5}&limit=5`), [numbers(count - 4, count), false]);
      assert.deepEqual(await cursor(`?after=${count}`), [[], false]);
      assert.deepEqual((await cursor('?after=0&limit=1000'))[0], numbers(1, count));
      for (const query of ['?after=x', '?before=x', '?limit=x', '?after=1.5']) {
        failure(await ask(at.bob, `/conversations/${at.id}/messages${query}`), 400, /^Validation error : /);
      }
    });

    it('are for those who take part', async () => {
      for (const path of [at.list, `/conversations/${at.id}/messages`]) failure(await ask(at.eve, path), 401);
      const stem = at.list.slice(0, at.list.lastIndexOf('/'));
      failure(await ask(at.bob, `${stem}/ffffffffffffffffffffffff`), 404);
      failure(await ask(at.bob, '/conversations/ffffffffffffffffffffffff/messages'), 404);
      for (const id of wrongIds) {
        failure(await ask(at.bob, `${stem}/${id}`), 404);
        failure(await ask(at.bob, `/conversations/${id}/messages`), 404);
      }
    });

    it('are the same after a restart', async () => {
      const before = envelopeC(await ask(at.bob, `${at.list}?limit=100`));
      await at.server.kill();
      await at.server.restart();
      assert.deepEqual(envelopeC(await ask(at.bob, `${at.list}?limit=100`)), before);
    });
  });
}
