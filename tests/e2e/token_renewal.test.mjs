// A token is renewed while its socket lives; one that is not ends it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { keys } from './support/keys.mjs';
import { makeUsers, signIn } from './support/rest.mjs';
import { rookery } from './support/server.mjs';
import { assertKeys, assertRefused, assertTime } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';

describe('a token that expires', () => {
  const at = useServer({ set: { [keys.expiryGrace]: 0 } }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
  });
  const shortToken = async (ttl) => {
    const { code, stdout, stderr } = await rookery(
      ['token', '--data', at.server.data, '--user', at.ada.username, '--ttl', ttl]);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };

  it('is said to, and ends the socket for good', async () => {
    const client = await connect(at.server, at.ada, { token: await shortToken('2s'), reconnection: true });
    const expiring = await client.hear('tokenExpiring');
    assertKeys(expiring, ['expiresAt']);
    assertTime(expiring.expiresAt);
    const end = await client.hear('unauthenticated');
    assertKeys(end, ['code', 'message']);
    assert.equal(end.code, 'UNAUTHENTICATED');
    await client.until(() => client.disconnects.length > 0, 'the end');
    assert.deepEqual(client.disconnects, ['io server disconnect']);
    client.close();
  });

  it('can be renewed, by one of the same user alone', async () => {
    const client = await connect(at.server, at.ada, { token: await shortToken('50s') });
    await client.hear('tokenExpiring');
    assertRefused(await client.ask('renewToken', { token: at.bob.token }), 'FORBIDDEN');
    assertRefused(await client.ask('renewToken', { token: 'x' }), 'UNAUTHENTICATED');
    const answer = await client.ask('renewToken', { token: await signIn(at.server, at.ada) });
    assert.equal(answer.success, true, answer.message);
    assertKeys(answer.data, ['expiresAt']);
    assert.ok(Date.parse(answer.data.expiresAt) > Date.now() + 3_600_000);
    client.forget();
    const again = await client.ask('renewToken', { token: await shortToken('40s') });
    assert.equal(again.success, true);
    await client.hear('tokenExpiring');
    client.close();
  });
});
