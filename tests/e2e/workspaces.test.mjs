// Workspaces, their members and channels over REST.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { call, freshName, makeChannel, makeUsers, makeWorkspace } from './support/rest.mjs';
import { assertId, assertKeys, assertPopulated, envelopeA, envelopeB, envelopeC, failure } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

describe('a workspace', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob, it.eve] = await makeUsers(it.server, 3);
  });
  const ask = (user, method, path, body) => call(at.server, method, path, { token: user.token, body });
  const assertWorkspace = (workspace, { name, members, channels, admin }) => {
    assertKeys(workspace, ['_id', 'name', 'joinCode', 'members', 'channels'],
      ['description', 'image', 'createdAt', 'updatedAt']);
    assertId(workspace._id);
    assert.equal(workspace.name, name);
    assert.match(workspace.joinCode, /^[A-Z0-9]{6}$/);
    assert.equal(workspace.members.length, members.length);
    for (const [index, member] of members.entries()) {
      assertKeys(workspace.members[index], ['memberId', 'role'], ['_id']);
      assertPopulated(workspace.members[index].memberId, member);
      assert.equal(workspace.members[index].role, member.id === admin.id ? 'admin' : 'member');
    }
    for (const channel of workspace.channels) {
      assertKeys(channel, ['_id', 'name'], ['workspaceId', 'createdAt', 'updatedAt']);
      assertId(channel._id);
    }
    assert.deepEqual(workspace.channels.map((channel) => channel.name), channels);
  };

  it('is created with its creator as admin and the channel general', async () => {
    const name = freshName('space');
    const created = envelopeA(await ask(at.ada, 'POST', '/workspace', { name, description: 'for tests' }));
    assertWorkspace(created, { name, members: [at.ada], channels: ['general'], admin: at.ada });
    const bare = envelopeA(await ask(at.ada, 'POST', '/workspace', { name: freshName('bare') }));
    assert.equal(bare.members.length, 1);
  });

  it('needs a name of three characters', async () => {
    for (const body of [{}, { name: 'ab' }, { name: 7 }, { name: null }, { name: ['abc'] }, { name: 'x'.repeat(10_000) },
      { name: 'good', description: 7 }]) {
      failure(await ask(at.ada, 'POST', '/workspace', body), 400, /^Validation error : /);
    }
  });

  it('is read by its members alone', async () => {
    const { id } = await makeWorkspace(at.server, at.ada, [at.bob]);
    for (const member of [at.ada, at.bob]) {
      const workspace = envelopeB(await ask(member, 'GET', `/workspace/${id}`));
      assertWorkspace(workspace, { name: workspace.name, members: [at.ada, at.bob], channels: ['general'], admin: at.ada });
    }
    failure(await ask(at.eve, 'GET', `/workspace/${id}`), 404);
    for (const other of ['ffffffffffffffffffffffff', 'undefined', 'temp_1700000000000_abcdefghi', 'x', '%00']) {
      failure(await ask(at.ada, 'GET', `/workspace/${other}`), 404);
    }
  });

  it('is listed for its members', async () => {
    const { id } = await makeWorkspace(at.server, at.ada, [at.bob]);
    const [mine] = await makeUsers(at.server, 1);
    assert.deepEqual(envelopeC(await ask(mine, 'GET', '/workspace'), 202), []);
    const list = envelopeC(await ask(at.bob, 'GET', '/workspace'), 202);
    const workspace = list.find(({ _id }) => _id === id);
    assertWorkspace(workspace, { name: workspace.name, members: [at.ada, at.bob], channels: ['general'], admin: at.ada });
    assert.equal(envelopeC(await ask(at.eve, 'GET', '/workspace'), 202).some(({ _id }) => _id === id), false);
  });

  it('is found by its join code, by members', async () => {
    const { id, joinCode } = await makeWorkspace(at.server, at.ada);
    const path = `/workspace/joincode?joinCode=${joinCode}`;
    assert.equal(envelopeB(await ask(at.ada, 'GET', path))._id, id);
    failure(await ask(at.eve, 'GET', path), 401);
    failure(await ask(at.ada, 'GET', '/workspace/joincode?joinCode=NOSUCH'), 404);
    assert.ok([400, 404].includes((await ask(at.ada, 'GET', '/workspace/joincode')).status));
  });

  it('is joined with its code', async () => {
    const { id, joinCode } = await makeWorkspace(at.server, at.ada);
    const path = `/workspace/join/${id}`;
    failure(await ask(at.bob, 'PUT', path, { joinCode: 'WRONG1' }), 401);
    failure(await ask(at.bob, 'PUT', path, { joinCode: joinCode.toLowerCase() + 'x' }), 401);
    assert.ok([400, 401].includes((await ask(at.bob, 'PUT', path, {})).status));
    failure(await ask(at.bob, 'GET', `/workspace/${id}`), 404);
    const joined = envelopeB(await ask(at.bob, 'PUT', path, { joinCode }));
    assertWorkspace(joined, { name: joined.name, members: [at.ada, at.bob], channels: ['general'], admin: at.ada });
    failure(await ask(at.bob, 'PUT', '/workspace/join/ffffffffffffffffffffffff', { joinCode }), 404);
    failure(await ask(at.bob, 'PUT', '/workspace/join/undefined', { joinCode }), 404);
  });

  it('gets further channels from its admin', async () => {
    const space = await makeWorkspace(at.server, at.ada, [at.bob]);
    const path = `/workspace/${space.id}/channel`;
    const after = envelopeA(await ask(at.ada, 'PUT', path, { channelName: 'plans' }));
    assertWorkspace(after, { name: after.name, members: [at.ada, at.bob], channels: ['general', 'plans'], admin: at.ada });
    failure(await ask(at.ada, 'PUT', path, { channelName: 'plans' }), 403);
    failure(await ask(at.bob, 'PUT', path, { channelName: 'mine' }), 403);
    for (const body of [{}, { channelName: '' }, { channelName: 7 }, { channelName: null }]) {
      failure(await ask(at.ada, 'PUT', path, body), 400, /^Validation error : /);
    }
    const unknown = await ask(at.ada, 'PUT', '/workspace/ffffffffffffffffffffffff/channel', { channelName: 'x' });
    failure(unknown, 404);
    assert.deepEqual(envelopeB(await ask(at.ada, 'GET', `/workspace/${space.id}`)).channels.map(({ name }) => name),
      ['general', 'plans']);
  });

  it('may have a channel of the same name as another workspace', async () => {
    const [one, two] = [await makeWorkspace(at.server, at.ada), await makeWorkspace(at.server, at.ada)];
    const channels = [await makeChannel(at.server, at.ada, one, 'same'), await makeChannel(at.server, at.ada, two, 'same')];
    assert.notEqual(channels[0].id, channels[1].id);
  });

  it('survives a restart', async () => {
    const space = await makeWorkspace(at.server, at.ada, [at.bob]);
    const before = envelopeB(await ask(at.bob, 'GET', `/workspace/${space.id}`));
    await at.server.kill();
    await at.server.restart();
    assert.deepEqual(envelopeB(await ask(at.bob, 'GET', `/workspace/${space.id}`)), before);
  });
});
