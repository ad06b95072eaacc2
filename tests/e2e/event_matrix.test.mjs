// Who may send what: every event × everybody there is × a room and a channel, on both stores. What
// is expected follows from `x-permission` of `rookery describe asyncapi` alone. Those who may not
// are refused, and nothing is changed and nobody told.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { closeClients, connect, refusal, settled } from './support/client.mjs';
import { printed } from './support/documents.mjs';
import { keys } from './support/keys.mjs';
import { Postgres } from './support/postgres.mjs';
import { RawSocket } from './support/raw_ws.mjs';
import { call, makeRoom, makeUsers, makeWorkspace } from './support/rest.mjs';
import { rookery, startServer } from './support/server.mjs';
import { assertRefused } from './support/shapes.mjs';

const events = Object.values(printed('asyncapi').operations).filter(({ action }) => action === 'receive')
  .map((one) => ({ name: one.messages[0].$ref.split('/').at(-1), permission: one['x-permission'] }));

/** A payload of each that would be good from `from`. `place` is where, `message` one of it. */
const payloads = {
  joinRoom: ({ place }) => ({ roomId: place.id }),
  leaveRoom: ({ place }) => ({ roomId: place.id }),
  JoinChannel: ({ place }) => ({ channelId: place.id }),
  LeaveChannel: ({ place }) => ({ channelId: place.id }),
  roomMessage: ({ place }) => ({ roomId: place.id, body: 'forbidden fruit' }),
  NewMessage: ({ place }) => ({ channelId: place.id, body: 'forbidden fruit' }),
  typing: ({ where }) => ({ ...where, isTyping: true }),
  markRead: ({ where, message }) => ({ ...where, messageId: message }),
  markDelivered: ({ where }) => ({ ...where, seq: 1 }),
  editMessage: ({ message }) => ({ messageId: message, body: `forbidden edit ${message}` }),
  addReaction: ({ message }) => ({ messageId: message, emoji: '👍' }),
  removeReaction: ({ message }) => ({ messageId: message, emoji: '👍' }),
  deleteMessage: ({ message }) => ({ messageId: message }),
  pinMessage: ({ message }) => ({ messageId: message }),
  unpinMessage: ({ message }) => ({ messageId: message }),
  getMessages: ({ where }) => where,
  getPins: ({ where }) => where,
  getThread: ({ message }) => ({ messageId: message }),
  getMessageHistory: ({ message }) => ({ messageId: message }),
  searchMessages: () => ({ query: 'secret' }),
  resume: ({ place }) => ({ positions: { [place.id]: 0 } }),
  getUnread: () => ({}),
  setPresence: () => ({ status: 'online' }),
  watchPresence: ({ place }) => ({ userIds: [place.callee.id] }),
  unwatchPresence: ({ place }) => ({ userIds: [place.callee.id] }),
  renewToken: ({ from }) => ({ token: from.token }),
  offer: ({ from, place }) => ({ from: { id: from.id }, to: { user: { id: place.callee.id } }, offer: {} }),
  // As the deployed client does it: with `from` and `to` of the offer.
  answer: ({ place, at }) => ({ from: { id: at.sender.id }, to: { user: { id: place.callee.id } }, answer: {} }),
  'ice-candidate': ({ from, place }) => ({ from: { id: from.id }, to: { user: { id: place.callee.id } }, candidate: {} }),
  'renegotiation-needed': ({ from, place }) => ({ from: { id: from.id }, to: { user: { id: place.callee.id } } }),
};
const onlyIn = { joinRoom: 'room', leaveRoom: 'room', roomMessage: 'room', answer: 'room',
  JoinChannel: 'channel', LeaveChannel: 'channel', NewMessage: 'channel' };
/** The call that runs by then is not ended by it. */
const callGoesOn = ['answer', 'ice-candidate', 'renegotiation-needed'];
const roles = ['stranger', 'otherAdmin', 'member', 'admin', 'participant', 'sender'];

const mayDo = {
  'signed in': () => true,
  'takes part': ({ role, place }) => place.members.includes(role),
  sender: ({ role }) => role === 'sender',
  'sender or admin': ({ role, place }) => role === 'sender' || (place.kind === 'channel' && role === 'admin'),
  'shares a conversation or workspace': ({ role, place }) => place.members.includes(role),
  'is in the call': ({ role, place }) => role === 'sender' || role === place.calleeRole,
};
/** Answered to everybody, but with what he may read alone. */
const filtered = ['resume', 'searchMessages', 'getUnread'];

for (const store of ['sqlite', 'postgresql']) {
  describe(`who may send what, on ${store}`, () => {
    const at = { clients: {} };
    let postgres;
    before(async () => {
      if (store === 'postgresql') postgres = await Postgres.start();
      at.server = await startServer({ args: postgres ? ['--store', postgres.database('matrix')] : [],
        set: { [keys.expiryGrace]: 0 } });
      const users = await makeUsers(at.server, roles.length);
      roles.forEach((role, index) => { at[role] = users[index]; });
      const space = await makeWorkspace(at.server, at.admin, [at.member, at.sender]);
      await makeWorkspace(at.server, at.otherAdmin);
      const room = await makeRoom(at.server, at.sender, at.participant);
      at.places = [
        { kind: 'room', key: 'roomId', id: room._id, join: 'joinRoom', say: 'roomMessage',
          members: ['sender', 'participant'], callee: at.participant, calleeRole: 'participant' },
        { kind: 'channel', key: 'channelId', id: space.general.id, join: 'JoinChannel', say: 'NewMessage',
          members: ['sender', 'member', 'admin'], callee: at.member, calleeRole: 'member' },
      ];
      at.space = space;
      for (const role of roles) at.clients[role] = await connect(at.server, at[role]);
      for (const place of at.places) {
        for (const role of place.members) await at.clients[role].ask(place.join, { [place.key]: place.id });
      }
    });
    after(async () => {
      closeClients();
      await at.server?.close();
      await postgres?.close();
    });

    const where = (place) => ({ [place.key]: place.id });
    const written = async (place) => (await at.clients.sender.ask(place.say,
      { ...where(place), body: 'a secret' })).data._id;
    const view = async (place) => {
      const { data } = await at.clients.sender.ask('getMessages', where(place));
      const [pins, unread] = [await at.clients.sender.ask('getPins', where(place)), await at.clients.sender.ask('getUnread', {})];
      return JSON.stringify([data, pins.data, unread.data]);
    };
    const ask = (event, place, role, message) => at.clients[role].ask(event, payloads[event](
      { at, place, where: where(place), from: at[role], message, role }));

    function assertFiltered(answer, place, role) {
      assert.equal(answer.success, true, answer.message);
      const text = JSON.stringify(answer.data);
      if (place.members.includes(role)) return;
      assert.ok(!text.includes('secret') || !text.includes(place.id), `${role} reads ${text.slice(0, 300)}`);
    }

    /** Those who may not first, then those who may, each on a message of its own. */
    async function row({ name, permission }, place) {
      // Nobody calls himself; and whom an earlier row called is in a call of his own.
      const isLeftOut = (role) => (permission.startsWith('shares') && role === place.calleeRole)
        || (permission === 'is in the call' && ['member', 'admin'].includes(role));
      const may = (role) => mayDo[permission]({ role, place });
      if (permission === 'is in the call') await ask('offer', place, 'sender');
      const target = await written(place);
      const watching = place.members.map((role) => at.clients[role]);
      await settled(...watching);
      const before = await view(place);
      watching.forEach((client) => client.forget());
      let cells = 0;
      for (const role of roles.filter((one) => !may(one) && !isLeftOut(one) && !filtered.includes(name))) {
        const answer = await ask(name, place, role, target);
        assertRefused(answer, 'FORBIDDEN');
        ++cells;
      }
      await settled(...watching);
      assert.deepEqual(watching.flatMap((client) => client.heard.map(({ event }) => event)), [],
        `${name}: somebody heard of what was refused`);
      assert.equal(await view(place), before, `${name} changed something for those who may not`);
      for (const role of roles.filter((one) => (may(one) || filtered.includes(name)) && !isLeftOut(one))) {
        const answer = await ask(name, place, role, await written(place));
        if (filtered.includes(name)) assertFiltered(answer, place, role);
        else assert.equal(answer.success, true, `${name}, ${role} in a ${place.kind}: ${JSON.stringify(answer)}`);
        ++cells;
      }
      for (const role of place.members) await at.clients[role].ask(place.join, where(place));
      return cells;
    }

    it('everybody who is connected', async () => {
      let cells = 0;
      for (const event of events) {
        for (const place of at.places) {
          if ((onlyIn[event.name] ?? place.kind) === place.kind) cells += await row(event, place);
        }
      }
      console.log(`${cells} cells`);
    });

    it('nobody without a token, with a wrong one or with one that has expired', async () => {
      const { stdout } = await rookery(['token', '--data', at.server.data, '--user', at.sender.username, '--ttl', '1s']);
      const expired = stdout.trim();
      await new Promise((resolve) => { setTimeout(resolve, 1_100); });
      for (const token of [undefined, 'x.y.z', expired]) {
        const error = await refusal(at.server, { token });
        assert.match(error.message, /^Authentication error: /);
      }
      const place = at.places[0];
      const message = await written(place);
      const before = await view(place);
      await settled(at.clients.participant);
      at.clients.participant.forget();
      for (const { name } of events) {
        for (const connectPacket of ['', `40{"token":"${expired}"}`]) {
          const socket = await RawSocket.engine(at.server);
          if (connectPacket) {
            socket.send(connectPacket);
            assert.match(await socket.text(), /^44/);
          }
          const payload = payloads[name]({ at, place, where: where(place), from: at.sender, message });
          socket.send(`420${JSON.stringify([name, payload])}`);
          await socket.closed.promise;
        }
      }
      await settled(at.clients.participant);
      assert.deepEqual(at.clients.participant.heard, []);
      assert.equal(await view(place), before);
    });

    it('nobody in what is there no more, though his socket lives', async () => {
      const messages = new Map();
      for (const place of at.places) messages.set(place, await written(place));
      const gone = async (path, user) => assert.ok((await call(at.server, 'DELETE', path, { token: user.token })).status < 300);
      await gone(`/room/${at.places[0].id}`, at.sender);
      await gone(`/workspace/${at.space.id}`, at.admin);
      const watching = roles.map((role) => at.clients[role]);
      await settled(...watching);
      watching.forEach((client) => client.forget());
      for (const { name, permission } of events) {
        if (permission === 'signed in' || callGoesOn.includes(name)) continue;
        for (const place of at.places) {
          if ((onlyIn[name] ?? place.kind) !== place.kind) continue;
          for (const role of ['sender', ...place.members.slice(1)]) {
            if (permission.startsWith('shares') && role === place.calleeRole) continue;
            const answer = await ask(name, place, role, messages.get(place));
            if (filtered.includes(name)) {
              assert.ok(!JSON.stringify(answer.data).includes('secret'), name);
            } else {
              assertRefused(answer, ['NOT_FOUND', 'FORBIDDEN']);
            }
          }
        }
      }
      await settled(...watching);
      assert.deepEqual(watching.flatMap((client) => client.heard), []);
    });
  });
}

describe('the matrix of events', () => {
  it('has a payload of each, and knows every permission', () => {
    assert.deepEqual(events.map(({ name }) => name).sort(), Object.keys(payloads).sort());
    assert.deepEqual(events.filter(({ permission }) => !mayDo[permission]), []);
  });
});
