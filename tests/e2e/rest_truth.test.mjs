// What REST changes holds at once for the sockets: nothing in memory outlives the store's truth.
// And what it costs: a fixed number of queries for each endpoint, however much there is.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { bare, call, makeChannel, makeRoom, makeUser, makeUsers, makeWorkspace, metric, readHistory, upload } from './support/rest.mjs';
import { failure } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

describe('changes while messages flow', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob, it.cem] = await makeUsers(it.server, 3);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
    it.channel = await makeChannel(it.server, it.ada, it.space);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    [it.a, it.b, it.c] = await Promise.all([it.ada, it.bob, it.cem].map((user) => connect(it.server, user)));
    for (const client of [it.a, it.b]) await client.ask('JoinChannel', { channelId: it.channel.id });
  });
  const rest = (user, method, path, body) => call(at.server, method, path, { token: user.token, body });

  /** Two people write all the time; each answer is judged by what REST had said before it was asked for. */
  async function whileWriting(client, event, where, change, judge) {
    let isChanged = false;
    let isRunning = true;
    let after = 0;
    const writer = (async () => {
      for (let i = 0; isRunning || after < 3; ++i) {
        const wasChanged = isChanged;
        const answer = await client.ask(event, { ...where, body: `message ${i}` });
        if (wasChanged) {
          ++after;
          judge(answer);
        }
      }
    })();
    await new Promise((done) => setTimeout(done, 30));
    await change();
    isChanged = true;
    await new Promise((done) => setTimeout(done, 60));
    isRunning = false;
    await writer;
  }

  it('a renamed channel, a new name and a new picture show in the next confirmed message', async () => {
    const where = { channelId: at.channel.id };
    await whileWriting(at.b, 'NewMessage', where, () => rest(at.ada, 'PATCH', `/channel/${at.channel.id}`, { name: 'renamed' }),
      ({ data }) => assert.equal(data.channelId.name, 'renamed'));
    await whileWriting(at.b, 'NewMessage', where, () => rest(at.bob, 'PUT', '/users/update/profile', { username: `${at.bob.username}-x` }),
      ({ data }) => assert.equal(data.senderId.username, `${at.bob.username}-x`));
    const listed = (await rest(at.ada, 'GET', `/messages/${at.channel.id}?limit=1`)).body.data.data[0];
    assert.equal(listed.senderId.username, `${at.bob.username}-x`);
  });

  it('a blocked room takes nothing more, and a reopened one does', async () => {
    const where = { roomId: at.room._id };
    const set = (status) => rest(at.ada, 'PUT', `/room/${at.room._id}/update`, { status });
    await whileWriting(at.b, 'roomMessage', where, () => set('blocked'), ({ code }) => assert.equal(code, 'FORBIDDEN'));
    await whileWriting(at.b, 'roomMessage', where, () => set('active'), ({ success, data }) => {
      assert.equal(success, true);
      assert.equal(data.roomId.status, 'active');
    });
    const seqs = (await readHistory(at.server, at.ada, at.room._id)).map(({ seq }) => seq);
    assert.deepEqual(seqs, seqs.map((_, i) => i + 1), 'what was refused took no number');
  });

  it('a new member may write at once', async () => {
    const where = { channelId: at.channel.id };
    await whileWriting(at.c, 'NewMessage', where,
      () => rest(at.ada, 'PUT', `/workspace/${at.space.id}/add/member`, { username: at.cem.username }),
      ({ success, message }) => assert.equal(success, true, message));
  });

  it('a deleted room and a deleted workspace take nothing more, for anybody', async () => {
    await whileWriting(at.b, 'roomMessage', { roomId: at.room._id }, () => rest(at.ada, 'DELETE', `/room/${at.room._id}`),
      ({ code }) => assert.equal(code, 'NOT_FOUND'));
    await whileWriting(at.b, 'NewMessage', { channelId: at.channel.id }, () => rest(at.ada, 'DELETE', `/workspace/${at.space.id}`),
      ({ code }) => assert.equal(code, 'NOT_FOUND'));
    for (const path of [`/room/${at.room._id}`, `/channel/${at.channel.id}`, `/workspace/${at.space.id}`]) {
      assert.equal((await rest(at.ada, 'GET', path)).status, 404, path);
    }
    assert.equal((await at.c.ask('JoinChannel', { channelId: at.channel.id })).code, 'NOT_FOUND');
    assert.deepEqual((await rest(at.ada, 'GET', '/room')).body.data, []);
  });
});

describe('a message under the id that its optimistic event had', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob, it.eve] = await makeUsers(it.server, 3);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.client = await connect(it.server, it.ada);
  });

  it('has its file, and is deleted by its sender', async () => {
    const file = await upload(at.server, at.ada, 'x.txt');
    const { data } = await at.client.ask('roomMessage', { roomId: at.room._id, body: 'x', ...file });
    assert.match(data.tempId, /^temp_/);
    const download = (user) => call(at.server, 'GET', `/messages/get-download-signed-url/${data.tempId}`, { token: user.token });
    assert.equal(bare((await download(at.bob)).body.data.data), file.image);
    failure(await download(at.eve), 401);
    const remove = (user, id = data.tempId) => call(at.server, 'DELETE', `/directMessages/delete/${id}`, { token: user.token });
    failure(await remove(at.bob), 401);
    failure(await remove(at.ada, data.tempId.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'))), 404);
    assert.equal((await remove(at.ada)).body.data.data._id, data._id);
    failure(await remove(at.ada), 404);
  });
});

describe('the queries of an endpoint', () => {
  const at = useServer({ set: { 'chat.searchLagMs': 3_600_000 } });

  /** Few of everything, or many. */
  async function world(rooms, members, channels, messages) {
    const me = await makeUser(at.server);
    const others = await makeUsers(at.server, Math.max(rooms, members));
    const space = await makeWorkspace(at.server, me, others.slice(0, members));
    for (let i = 0; i < channels; ++i) await makeChannel(at.server, me, space);
    const client = await connect(at.server, me);
    const made = [];
    for (const other of others.slice(0, rooms)) {
      made.push(await makeRoom(at.server, me, other));
      await client.ask('roomMessage', { roomId: made.at(-1)._id, body: 'hello' });
    }
    await client.ask('JoinChannel', { channelId: space.general.id });
    for (let i = 0; i < messages; ++i) {
      const { data } = await client.ask('NewMessage', { channelId: space.general.id, body: `message ${i}` });
      await client.ask('addReaction', { messageId: data._id, emoji: '👍' });
    }
    return { me, space, room: made[0], other: others[0], client };
  }

  it('are as many for much as for little', async () => {
    const [small, large] = [await world(1, 1, 0, 1), await world(30, 30, 12, 60)];
    const paths = (it) => ({
      '/workspace': 5, [`/workspace/${it.space.id}`]: 5, [`/member/workspace/${it.space.id}`]: 3,
      [`/channel/${it.space.general.id}`]: 8, [`/messages/${it.space.general.id}`]: 5, '/room': 4,
      [`/room/${it.room._id}`]: 3, [`/room/user?recieverId=${it.other.id}`]: 3, [`/directMessages/${it.room._id}`]: 4,
      [`/directMessages/${it.room._id}/lastMessage`]: 4, [`/conversations/${it.space.general.id}/messages?limit=50`]: 6,
      [`/presence?ids=${it.other.id}`]: 2, '/messages/pre-signed-url?fileName=x': 2, '/search?q=hello': 8,
    });
    const cost = async (it, path) => {
      await call(at.server, 'GET', path, { token: it.me.token });  // users are remembered from then on
      const before = await metric(at.server, 'rookery_store_reads_total');
      const answer = await call(at.server, 'GET', path, { token: it.me.token });
      assert.ok(answer.status < 300, answer.text);
      return await metric(at.server, 'rookery_store_reads_total') - before;
    };
    const few = Object.entries(paths(small));
    const many = Object.entries(paths(large));
    for (let i = 0; i < few.length; ++i) {
      const [path, most] = few[i];
      const [little, much] = [await cost(small, path), await cost(large, many[i][0])];
      assert.equal(much, little, `${path}: ${little} queries for little, ${much} for much`);
      assert.ok(much <= most, `${path} takes ${much} queries`);
    }
  });
});
