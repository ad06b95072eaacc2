// What admins and users change while others are connected: told at once, and no memory outlives it.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { closeClients, connect, settled } from './support/client.mjs';
import { Postgres } from './support/postgres.mjs';
import { call, makeRoom, makeUser, makeUsers, makeWorkspace, readHistory, signIn } from './support/rest.mjs';
import { startServer } from './support/server.mjs';
import { assertKeys, assertRefused, envelopeA, envelopeB, envelopeC, failure } from './support/shapes.mjs';
import { eventually } from './support/wait.mjs';

for (const store of ['sqlite', 'postgresql']) {
  describe(`administration, on ${store}`, () => {
    const at = {};
    before(async () => {
      if (store === 'postgresql') at.postgres = await Postgres.start();
      at.server = await startServer({ args: at.postgres ? ['--store', at.postgres.database('admin')] : [] });
      [at.ada, at.bob, at.cem, at.dan] = await makeUsers(at.server, 4);
      at.space = await makeWorkspace(at.server, at.ada, [at.bob]);
      at.other = await makeWorkspace(at.server, at.dan);
      [at.a, at.b, at.c] = await Promise.all([at.ada, at.bob, at.cem].map((user) => connect(at.server, user)));
      for (const client of [at.a, at.b]) await client.ask('JoinChannel', { channelId: at.space.general.id });
    });
    after(async () => {
      closeClients();
      await at.server?.close();
      await at.postgres?.close();
    });
    const ask = (user, method, path, body) => call(at.server, method, path, { token: user?.token, body });
    const path = (rest = '') => `/workspace/${at.space.id}${rest}`;

    it('a workspace is renamed, and its members hear of it', async () => {
      const data = envelopeB(await ask(at.ada, 'PUT', path('/update'), { name: ' Renamed ', description: '', image: 'https://img.example/w.png' }));
      assert.deepEqual([data.name, data.description, data.image], ['Renamed', '', 'https://img.example/w.png']);
      for (const client of [at.a, at.b]) {
        const heard = await client.hear('workspaceUpdated');
        assertKeys(heard, ['workspaceId', 'name', 'description', 'image', 'updatedAt']);
        assert.equal(heard.name, 'Renamed');
      }
      assert.equal(envelopeB(await ask(at.ada, 'PUT', path('/update'), {})).name, 'Renamed', 'nothing given, nothing changed');
      failure(await ask(at.ada, 'PUT', path('/update'), { name: 'ab' }), 400);
    });

    it('the join code changes, and the old one is good no more', async () => {
      const data = envelopeB(await ask(at.ada, 'PUT', path('/joincode/reset')));
      assert.match(data.joinCode, /^[A-Z]{6}$/);
      assert.notEqual(data.joinCode, at.space.joinCode);
      failure(await ask(at.cem, 'PUT', `/workspace/join/${at.space.id}`, { joinCode: at.space.joinCode }), 401);
    });

    it('members are added by id and by name, and may write at once', async () => {
      assertRefused(await at.c.ask('JoinChannel', { channelId: at.space.general.id }), 'FORBIDDEN');
      const data = envelopeA(await ask(at.ada, 'PUT', path('/members'), { user: at.cem.id, role: 'member' }));
      assert.deepEqual(data.members.map(({ memberId, role }) => [memberId._id, role]),
        [[at.ada.id, 'admin'], [at.bob.id, 'member'], [at.cem.id, 'member']]);
      for (const client of [at.a, at.b, at.c]) {
        const heard = await client.hear('memberAdded');
        assert.deepEqual(heard, { workspaceId: at.space.id, user: at.cem.user, role: 'member' });
      }
      assert.equal((await at.c.ask('JoinChannel', { channelId: at.space.general.id })).success, true);
      failure(await ask(at.ada, 'PUT', path('/members'), { user: at.cem.id, role: 'member' }), 403);
      failure(await ask(at.ada, 'PUT', path('/members'), { user: 'f'.repeat(24), role: 'member' }), 404);
      failure(await ask(at.ada, 'PUT', path('/members'), { user: at.dan.id, role: 'owner' }), 400);
      const eve = await makeUser(at.server, 'eve');
      assert.equal(envelopeB(await ask(at.ada, 'PUT', path('/add/member'), { username: eve.username })).members.length, 4);
      failure(await ask(at.ada, 'PUT', path('/add/member'), { username: 'nobody-here' }), 404);
    });

    it('a renamed channel shows its new name in the next confirmed message', async () => {
      const { id } = at.space.general;
      const say = async (body) => (await at.b.ask('NewMessage', { channelId: id, body })).data;
      assert.equal((await say('before')).channelId.name, 'general');
      const data = envelopeC(await ask(at.ada, 'PATCH', `/channel/${id}`, { channelName: 'lobby' }));
      assert.equal(data.name, 'lobby');
      assert.equal((await say('after')).channelId.name, 'lobby');
      assert.deepEqual(await at.c.hear('channelUpdated'), { workspaceId: at.space.id, channelId: id, name: 'lobby' });
      const made = envelopeA(await ask(at.ada, 'PUT', path('/channel'), { channelName: 'second' }));
      const second = made.channels.find(({ name }) => name === 'second');
      assert.deepEqual(await at.b.hear('channelCreated'), { workspaceId: at.space.id, channelId: second._id, name: 'second' });
      failure(await ask(at.ada, 'PATCH', `/channel/${second._id}`, { name: 'LOBBY' }), 403);
      failure(await ask(at.ada, 'PATCH', `/channel/${second._id}`, {}), 400);
    });

    it('a blocked room takes no message until it is active again', async () => {
      const room = await makeRoom(at.server, at.ada, at.bob);
      const say = (client) => client.ask('roomMessage', { roomId: room._id, body: 'hi' });
      const sent = await say(at.a);
      assert.equal(sent.success, true);
      assert.equal(envelopeA(await ask(at.bob, 'PUT', `/room/${room._id}/update`, { status: 'blocked' })).status, 'blocked');
      for (const client of [at.a, at.b]) {
        assert.deepEqual(await client.hear('roomUpdated'), { roomId: room._id, status: 'blocked', deleted: false });
        assertRefused(await say(client), 'FORBIDDEN');
      }
      assertRefused(await at.a.ask('editMessage', { messageId: sent.data._id, body: 'x' }), 'FORBIDDEN');
      failure(await ask(at.cem, 'PUT', `/room/${room._id}/update`, { status: 'active' }), 401);
      failure(await ask(at.ada, 'PUT', `/room/${room._id}/update`, { status: 'closed' }), 400);
      envelopeA(await ask(at.ada, 'PUT', `/room/${room._id}/update`, { status: 'active' }));
      assert.equal((await say(at.b)).data.roomId.status, 'active');
    });

    it('a direct message is deleted over REST as over the socket', async () => {
      const room = await makeRoom(at.server, at.ada, at.bob);
      const { data } = await at.a.ask('roomMessage', { roomId: room._id, body: 'to be deleted' });
      failure(await ask(at.bob, 'DELETE', `/directMessages/delete/${data._id}`), 401);
      assert.deepEqual(envelopeC(await ask(at.ada, 'DELETE', `/directMessages/delete/${data._id}`)), { _id: data._id });
      assert.equal((await at.b.hear('messageDeleted', ({ messageId }) => messageId === data._id)).deletedBy, at.ada.id);
      for (const id of [data._id, 'f'.repeat(24), 'undefined']) {
        failure(await ask(at.ada, 'DELETE', `/directMessages/delete/${id}`), 404);
      }
    });

    it('a room that is deleted is gone for both, with its messages, while they write', async () => {
      const room = await makeRoom(at.server, at.bob, at.cem);
      const say = (body) => at.b.ask('roomMessage', { roomId: room._id, body });
      for (let i = 0; i < 30; i++) assert.equal((await say(`${i}`)).success, true);
      let isOver = false;
      const answers = [];
      const writing = (async () => {
        while (!isOver) answers.push(await say('on and on'));
      })();
      await eventually(() => answers.length > 10, 'some messages');
      envelopeA(await ask(at.cem, 'DELETE', `/room/${room._id}`));
      const last = answers.length;
      await eventually(() => answers.length > last + 5, 'some more');
      isOver = true;
      await writing;
      for (const answer of answers.slice(last + 1)) assertRefused(answer, 'NOT_FOUND');
      assert.equal((await at.b.hear('roomUpdated', ({ roomId }) => roomId === room._id)).deleted, true);
      failure(await ask(at.bob, 'GET', `/room/${room._id}`), 404);
      assertRefused(await at.c.ask('joinRoom', { roomId: room._id }), 'NOT_FOUND');
      const again = await makeRoom(at.server, at.bob, at.cem);
      assert.notEqual(again._id, room._id);
      assert.deepEqual(await readHistory(at.server, at.bob, again._id), []);
    });

    it('a deleted workspace empties its channels', async () => {
      const space = await makeWorkspace(at.server, at.ada, [at.bob]);
      const place = { channelId: space.general.id };
      await at.b.ask('JoinChannel', place);
      const { data } = await at.b.ask('NewMessage', { ...place, body: 'last words' });
      failure(await ask(at.bob, 'DELETE', `/workspace/${space.id}`), 403);
      assert.equal(envelopeC(await ask(at.ada, 'DELETE', `/workspace/${space.id}`), 202)._id, space.id);
      assert.deepEqual(await at.b.hear('channelDeleted'), { workspaceId: space.id, ...place });
      assert.equal((await at.b.hear('workspaceUpdated', ({ deleted }) => deleted)).workspaceId, space.id);
      assertRefused(await at.b.ask('NewMessage', { ...place, body: 'more' }), 'NOT_FOUND');
      assertRefused(await at.b.ask('editMessage', { messageId: data._id, body: 'more' }), 'NOT_FOUND');
      failure(await ask(at.ada, 'GET', `/workspace/${space.id}`), 404);
      failure(await ask(at.ada, 'GET', `/channel/${space.general.id}`), 404);
      const { users } = (await call(at.server, 'GET', '/debug/sockets', { token: at.ada.token })).body ?? {};
      assert.ok(!JSON.stringify(users ?? []).includes(space.general.id));
      await at.server.kill();
      await at.server.restart();
      failure(await ask(at.ada, 'GET', `/messages/${space.general.id}`), 404);
      [at.a, at.b, at.c] = await Promise.all([at.ada, at.bob, at.cem].map((user) => connect(at.server, user)));
      const unread = await at.b.ask('getUnread', {});
      assert.ok(!unread.data.conversations.some(({ channelId }) => channelId === space.general.id));
    });

    it('a profile shows its new name in the next message', async () => {
      const username = `${at.bob.username}_x`;
      const data = envelopeB(await ask(at.bob, 'PUT', '/users/update/profile', { payload: { username, name: 'Bob', about: '', more: 1 } }));
      assert.deepEqual([data.username, data.name, data.about, data.email], [username, 'Bob', '', at.bob.email]);
      const sent = await at.b.ask('NewMessage', { channelId: at.space.general.id, body: 'renamed' });
      assert.equal(sent.data.senderId.username, username);
      failure(await ask(at.bob, 'PUT', '/users/update/profile', { username: at.ada.username.toUpperCase() }), 409);
      failure(await ask(at.bob, 'PUT', '/users/update/profile', { username: 'a b' }), 400);
      failure(await ask(at.bob, 'PUT', '/users/update/profile', { email: 'other@example.org' }), 400);
      envelopeB(await ask(at.bob, 'PUT', '/users/update/profile', { email: at.bob.email, about: 'builds' }));
      at.bob.username = username;
    });

    it('a new password ends all tokens, and is taken only with the old one', async () => {
      const body = { email: at.cem.email, password: 'A new one', currentPassword: at.cem.password };
      failure(await ask(at.cem, 'PUT', '/users/updatepassword', { ...body, currentPassword: 'wrong' }), 400);
      failure(await ask(at.cem, 'PUT', '/users/updatepassword', { ...body, email: at.bob.email }), 403);
      failure(await ask(at.cem, 'POST', '/users/updatepassword', { email: at.cem.email }), 400);
      const answer = await ask(at.cem, 'POST', '/users/updatepassword', body);
      assert.equal(envelopeB(answer)._id, at.cem.id);
      const fresh = answer.headers.get('access-token');
      failure(await ask(at.cem, 'GET', '/room'), 403, 'Invalid auth token provided');
      await assert.rejects(connect(at.server, at.cem), /Invalid token/);
      envelopeA(await ask({ token: fresh }, 'GET', '/room'));
      assert.ok(await signIn(at.server, { ...at.cem, password: 'A new one' }));
      await assert.rejects(signIn(at.server, at.cem));
      (await connect(at.server, { ...at.cem, token: fresh })).close();
      at.cem.token = fresh;
    });

    it('of two changes at once with the same old password one wins', async () => {
      const [ned] = await makeUsers(at.server, 1);
      const answers = await Promise.all(['Password one', 'Password two'].map((password) =>
        ask(ned, 'PUT', '/users/updatepassword', { email: ned.email, password, currentPassword: ned.password })));
      assert.deepEqual(answers.map(({ status }) => Math.floor(status / 100)).sort(), [2, 4]);
    });

    it('a token is refreshed', async () => {
      const { token } = envelopeB(await ask(at.ada, 'POST', '/auth/refresh'));
      envelopeA(await ask({ token }, 'GET', '/room'));
    });

    it('who may: anonymous, forged token, stranger, member, admin', async () => {
      const stranger = await makeUser(at.server, 'stranger');
      const space = await makeWorkspace(at.server, at.ada, [at.bob]);
      const ofSpace = (rest) => `/workspace/${space.id}${rest}`;
      const endpoints = [
        ['PUT', ofSpace('/update'), { name: 'Matrix' }, 200],
        ['PUT', ofSpace('/joincode/reset'), {}, 200],
        ['PUT', ofSpace('/channel'), { channelName: 'matrix' }, 200],
        ['PUT', ofSpace('/members'), { user: at.cem.id, role: 'admin' }, 200],
        ['PUT', ofSpace('/add/member'), { username: at.dan.username }, 200],
        ['PATCH', `/channel/${space.general.id}`, { name: 'matrix-general' }, 200],
        ['DELETE', ofSpace(''), undefined, 202]];
      for (const [method, where, body, good] of endpoints) {
        const statusOf = async (user) => (await ask(user, method, where, body)).status;
        const before = (await ask(at.bob, 'GET', ofSpace(''))).text;
        assert.equal(await statusOf(undefined), 403, `${method} ${where}, anonymous`);
        assert.equal(await statusOf({ token: 'x.y.z' }), 403, `${method} ${where}, forged`);
        assert.equal(await statusOf(stranger), 401, `${method} ${where}, stranger`);
        assert.equal(await statusOf(at.bob), 403, `${method} ${where}, member`);
        assert.equal((await ask(at.bob, 'GET', ofSpace(''))).text, before, `${method} ${where} changed something`);
        assert.equal(await statusOf(at.ada), good, `${method} ${where}, admin`);
        failure(await ask(at.ada, method, where.replace(/[0-9a-f]{24}/, 'f'.repeat(24)), body), 404);
        failure(await ask(at.ada, method, where.replace(/[0-9a-f]{24}/, 'undefined'), body), 404);
      }
      await settled(at.b);
    });
  });
}
