// The chat after a cut: socket.recovered, rooms and presence as they were, and every event once.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { makeChannel, makeRoom, makeUsers, makeWorkspace } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';
import { eventually } from './support/wait.mjs';

const reconnecting = { reconnection: true, reconnectionDelay: 300, reconnectionDelayMax: 300,
  randomizationFactor: 0 };
const cut = (client) => client.socket.io.engine.transport.ws.terminate();
const bodies = (client, event) => client.all(event).map(({ body }) => body);
const comesBack = (client) =>
  eventually(() => client.disconnects.length > 0 && client.socket.connected, 'the connection again');
const isBack = (client, id) => comesBack(client).then(() => assert.equal(client.id, id));

describe('the chat gives a client back what it had', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob, it.eve] = await makeUsers(it.server, 3);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.where = { roomId: it.room._id };
  });

  it('sends what was missed, once, and none of the greetings of a new connection', async () => {
    const [ada, bob] = [await connect(at.server, at.ada, reconnecting), await connect(at.server, at.bob)];
    await bob.ask('roomMessage', { ...at.where, body: 'before' });
    await ada.hear('roomMessageConfirmed', ({ body }) => body === 'before');
    const { id } = ada;
    cut(ada);
    await ada.until(() => ada.disconnects.length > 0, 'the cut');
    for (const body of ['missed 1', 'missed 2']) await bob.ask('roomMessage', { ...at.where, body });
    await isBack(ada, id);
    assert.equal(ada.socket.recovered, true);
    await bob.ask('roomMessage', { ...at.where, body: 'after' });
    await ada.hear('roomMessageConfirmed', ({ body }) => body === 'after');
    const all = ['before', 'missed 1', 'missed 2', 'after'];
    assert.deepEqual(bodies(ada, 'roomMessageRecieved'), all);
    assert.deepEqual(bodies(ada, 'roomMessageConfirmed'), all);
    for (const event of ['reconnected', 'accountAlreadyLoggedIn', 'pendingMessages']) {
      assert.equal(ada.all(event).length, 0, event);
    }
    assert.equal(bob.all('presenceChanged', ({ status }) => status === 'offline').length, 0);
    ada.close();
    bob.close();
  });

  it('tells the sender the outcome of what he sent before the cut', async () => {
    const [ada, bob] = [await connect(at.server, at.ada, reconnecting), await connect(at.server, at.bob)];
    const { id } = ada;
    for (let n = 0; n < 50; n++) ada.tell('roomMessage', { ...at.where, body: `burst ${n}`, clientMessageId: `burst-${n}` });
    await ada.hear('roomMessageSent', ({ body }) => body === 'burst 0');
    cut(ada);
    await ada.until(() => ada.disconnects.length > 0, 'the cut');
    await isBack(ada, id);
    const sent = () => bodies(ada, 'roomMessageSent').filter((body) => /^burst/.test(body));
    const confirmed = () => bodies(ada, 'roomMessageConfirmed').filter((body) => /^burst/.test(body));
    await eventually(() => sent().length > 0 && confirmed().length === sent().length, 'the outcomes');
    assert.deepEqual(confirmed(), sent());
    ada.close();
    bob.close();
  });

  it('watches whom it watched', async () => {
    const [ada, eve] = [await connect(at.server, at.ada, reconnecting), await connect(at.server, at.eve)];
    await ada.ask('watchPresence', { userIds: [at.eve.id] });
    cut(ada);
    await ada.until(() => ada.disconnects.length > 0, 'the cut');
    await comesBack(ada);
    await eve.ask('setPresence', { status: 'dnd' });
    await ada.hear('presenceChanged', ({ userId, status }) => userId === at.eve.id && status === 'dnd');
    ada.close();
    eve.close();
  });
});

describe('the chat gives back only what is still due', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
  });

  it('tells one who left meanwhile, with another device, nothing of the channel', async () => {
    const workspace = await makeWorkspace(at.server, at.ada, [at.bob]);
    const channel = await makeChannel(at.server, at.ada, workspace);
    const where = { channelId: channel.id, workspaceId: workspace.id };
    const [ada, bob] = [await connect(at.server, at.ada), await connect(at.server, at.bob, reconnecting)];
    const phone = await connect(at.server, at.bob);
    for (const one of [ada, bob]) await one.ask('JoinChannel', where);
    await ada.ask('NewMessage', { ...where, body: 'seen' });
    await bob.hear('channelMessageConfirmed', ({ body }) => body === 'seen');
    cut(bob);
    await bob.until(() => bob.disconnects.length > 0, 'the cut');
    await phone.ask('LeaveChannel', where);
    await ada.ask('NewMessage', { ...where, body: 'secret' });
    await comesBack(bob);
    await ada.ask('NewMessage', { ...where, body: 'secret 2' });
    await bob.ask('searchMessages', { query: 'nothing' });
    assert.deepEqual(bob.heard.filter(({ args }) => /secret/.test(JSON.stringify(args))), []);
    [ada, bob, phone].forEach((one) => one.close());
  });

  it('is given to nobody with another token', async () => {
    const bob = await connect(at.server, at.bob, reconnecting);
    const { id } = bob;
    bob.socket.auth = { token: at.ada.token };
    cut(bob);
    await comesBack(bob);
    assert.notEqual(bob.id, id);
    assert.equal(bob.socket.recovered, false);
    bob.close();
  });
});
