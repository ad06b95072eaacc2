// Who may do what: every endpoint of REST × everybody there is, on both stores. Those who may not
// get their status and nothing is changed; those who may come last.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, closeClients } from './support/client.mjs';
import { openApi } from './support/contract.mjs';
import { Postgres } from './support/postgres.mjs';
import { call, makeChannel, makeRoom, makeUser, makeUsers, makeWorkspace, upload } from './support/rest.mjs';
import { rookery, startServer } from './support/server.mjs';

/** anonymous, stranger, admin of another workspace, member, admin. */
const ofWorkspace = [
  ['GET', '/workspace/{id}', 404, 404, 200, 200],
  ['GET', '/workspace/joincode?joinCode={code}', 401, 401, 200, 200],
  ['GET', '/member/workspace/{id}', 401, 401, 200, 200],
  ['GET', '/channel/{channel}', 401, 401, 200, 200],
  ['GET', '/messages/{channel}', 401, 401, 200, 200],
  ['GET', '/conversations/{channel}/messages', 401, 401, 200, 200],
  ['GET', '/search?q=hello&in={channel}', 401, 401, 200, 200],
  ['GET', '/messages/get-download-signed-url/{message}', 401, 401, 200, 200],
  ['PUT', '/workspace/{id}/update', 401, 401, 403, 200, { name: 'Renamed' }],
  ['PUT', '/workspace/{id}/members', 401, 401, 403, 200, { user: '{third}', role: 'member' }],
  ['PUT', '/workspace/{id}/add/member', 401, 401, 403, 200, { username: '{fourth}' }],
  ['PUT', '/workspace/{id}/channel', 401, 401, 403, 200, { channelName: 'matrix' }],
  ['PATCH', '/channel/{channel}', 401, 401, 403, 200, { name: 'renamed' }],
  ['PUT', '/workspace/{id}/joincode/reset', 401, 401, 403, 200, {}],
  ['PUT', '/workspace/join/{id}', 401, 401, 401, 401, { joinCode: 'WRONG1' }],
  ['DELETE', '/workspace/{id}', 401, 401, 403, 202],
];
/** stranger, other participant, sender. */
const ofRoom = [
  ['GET', '/room/{room}', 401, 200, 200],
  ['GET', '/room/user?recieverId={sender}', 404, 200, undefined],
  ['GET', '/room/member?memberId={sender}', 404, 200, undefined],
  ['GET', '/directMessages/{room}', 401, 200, 200],
  ['GET', '/directMessages/{room}/lastMessage', 401, 200, 200],
  ['GET', '/conversations/{room}/messages', 401, 200, 200],
  ['GET', '/search?q=hello&in={room}', 401, 200, 200],
  ['GET', '/messages/get-download-signed-url/{note}', 401, 200, 200],
  ['DELETE', '/directMessages/delete/{note}', 401, 401, 200],
  ['PUT', '/room/{room}/update', 401, 200, 200, { status: 'muted' }],
  ['DELETE', '/room/{room}', 401, undefined, 200],
];
/** Administrators of the server, and nobody else. */
const ofServer = ['/debug/sockets', '/debug/memory'];
/** Whoever is signed in, about himself. */
const ofEverybody = [
  ['GET', '/workspace'], ['GET', '/room'], ['GET', '/presence?ids={sender}'], ['GET', '/messages/pre-signed-url?fileName=x'],
  ['PUT', '/users/update/profile', { about: 'me' }], ['POST', '/auth/refresh'], ['POST', '/workspace', { name: 'own' }],
  ['POST', '/room', { recieverId: '{sender}' }], ['PUT', '/users/update/dp'], ['PUT', '/users/updatepassword', { email: 'x' }],
  ['POST', '/users/updatepassword', { email: 'x' }], ['POST', '/auth/logout'],
];

for (const store of ['sqlite', 'postgresql']) {
  describe(`who may do what, on ${store}`, () => {
    const at = {};
    let postgres;
    before(async () => {
      if (store === 'postgresql') postgres = await Postgres.start();
      at.server = await startServer({ args: postgres ? ['--store', postgres.database('matrix')] : [] });
      [at.admin, at.member, at.stranger, at.other, at.third, at.fourth, at.friend] = await makeUsers(at.server, 7);
      await makeWorkspace(at.server, at.other);
      at.space = await makeWorkspace(at.server, at.admin, [at.member]);
      at.channel = await makeChannel(at.server, at.admin, at.space);
      at.room = await makeRoom(at.server, at.member, at.friend);
      const client = await new Client(at.server, at.member).connect();
      const file = await upload(at.server, at.member, 'note.txt');
      await client.ask('JoinChannel', { channelId: at.channel.id });
      at.message = (await client.ask('NewMessage', { channelId: at.channel.id, body: 'hello', ...file })).data._id;
      at.note = (await client.ask('roomMessage', { roomId: at.room._id, body: 'hello', ...file })).data._id;
      const short = await rookery(['token', '--data', at.server.data, '--user', at.admin.username, '--ttl', '1s']);
      at.expired = { token: short.stdout.trim() };
      await new Promise((resolve) => { setTimeout(resolve, 1_100); });
    });
    after(async () => {
      closeClients();
      await at.server?.close();
      await postgres?.close();
    });

    const names = () => ({ id: at.space.id, code: at.space.joinCode, channel: at.channel.id, message: at.message,
      room: at.room._id, note: at.note, sender: at.member.id, third: at.third.id, fourth: at.fourth.username });
    const filled = (value) => value && JSON.parse(JSON.stringify(value).replace(/\{(\w+)\}/g, (_, name) => names()[name]));
    const send = (user, method, path, body) =>
      call(at.server, method, filled(path), { token: user?.token, body: filled(body) });
    const view = async () => Promise.all([[at.admin, '/workspace/{id}'], [at.admin, '/channel/{channel}'], [at.member, '/room'],
      [at.member, '/directMessages/{room}']].map(async ([user, path]) => (await send(user, 'GET', path)).text));

    async function row(method, path, body, cells) {
      const before = await view();
      let changed = false;
      for (const [who, user, status] of cells) {
        if (status === undefined) continue;
        if (status < 300 && !changed) {
          assert.deepEqual(await view(), before, `${method} ${path} changed something for those who may not`);
          changed = true;
        }
        const answer = await send(user, method, path, body);
        assert.equal(answer.status, status, `${method} ${path}, ${who}: ${answer.text}`);
      }
    }

    it('in a workspace', async () => {
      for (const [method, path, stranger, other, member, admin, body] of ofWorkspace) {
        await row(method, path, body, [['anonymous', undefined, 403], ['expired', at.expired, 403], ['stranger', at.stranger, stranger],
          ['other admin', at.other, other], ['member', at.member, member], ['admin', at.admin, admin]]);
      }
    });

    it('in a one-to-one room', async () => {
      for (const [method, path, stranger, participant, sender, body] of ofRoom) {
        await row(method, path, body, [['anonymous', undefined, 403], ['expired', at.expired, 403], ['stranger', at.stranger, stranger],
          ['admin of his workspace', at.admin, stranger], ['participant', at.friend, participant], ['sender', at.member, sender]]);
      }
    });

    it('nobody in what is there no more', async () => {
      const rows = [...ofWorkspace.map(([method, path, , , , , body]) => [at.admin, method, path, body]),
        ...ofRoom.filter(([, path]) => !path.includes('{sender}')).map(([method, path, , , , body]) => [at.member, method, path, body])];
      for (const [user, method, path, body] of rows) {
        const { status, text } = await send(user, method, path, body);
        assert.ok([401, 403, 404].includes(status), `${method} ${path}: ${status} ${text}`);
      }
    });

    it('about himself', async () => {
      for (const [method, path, body] of ofEverybody) {
        assert.equal((await send(undefined, method, path, body)).status, 403, `${method} ${path}, anonymous`);
        assert.equal((await send(at.expired, method, path, body)).status, 403, `${method} ${path}, expired`);
        const user = await makeUser(at.server);
        const { status, text } = await send(user, method, path, body);
        assert.ok(status < 300 || path.includes('updatepassword') || path.endsWith('dp'), `${method} ${path}: ${text}`);
        assert.notEqual(status, 403, `${method} ${path}`);
      }
    });

    it('on the server', async () => {
      for (const path of ofServer) {
        for (const user of [at.stranger, at.admin]) assert.equal((await send(user, 'GET', path)).status, 403);
      }
      assert.equal((await rookery(['user', 'admin', at.admin.username, '--data', at.server.data])).code, 0);
      for (const path of ofServer) assert.equal((await send(at.admin, 'GET', path)).status, 200);
    });
  });
}

describe('the matrix', () => {
  it('has every row that needs a token', () => {
    const rows = [...ofWorkspace, ...ofRoom, ...ofEverybody, ...ofServer.map((path) => ['GET', path])]
      .map(([method, path]) => `${method} ${path.split('?')[0].replace(/\{\w+\}/, '{}')}`);
    const secured = Object.entries(openApi().paths).flatMap(([path, operations]) => Object.entries(operations)
      .filter(([, { security }]) => security)
      .map(([verb]) => `${verb.toUpperCase()} ${path.replace('/api/v1', '').replace(/\{\w+\}/, '{}')}`));
    assert.deepEqual(secured.filter((one) => !rows.includes(one)), []);
    console.log(`${2 * (ofWorkspace.length * 7 + ofRoom.length * 7 + ofEverybody.length * 3 + ofServer.length * 3)} cells`);
  });
});
