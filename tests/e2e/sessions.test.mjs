// Signing out, keys that are replaced, and tokens of other issuers.

import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Client } from './support/client.mjs';
import { call, makeUser, signIn } from './support/rest.mjs';
import { freshFolder, startServer } from './support/server.mjs';
import { envelopeB, failure } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';
import { claimsOf, forge, seconds } from './support/tokens.mjs';

const isGood = async (server, token) => (await call(server, 'GET', '/room', { token })).status === 200;

describe('signing out', () => {
  const at = useServer();

  it('ends the session: its token, what was refreshed from it, and its sockets', async () => {
    const user = await makeUser(at.server);
    const second = await signIn(at.server, user);
    const refreshed = envelopeB(await call(at.server, 'POST', '/auth/refresh', { token: user.token })).token;
    const ended = await new Client(at.server, { ...user, token: refreshed }).connect();
    const kept = await new Client(at.server, { ...user, token: second }).connect();

    envelopeB(await call(at.server, 'POST', '/auth/logout', { token: user.token }));
    await ended.until(() => ended.disconnects.length > 0, 'the end of the socket');
    assert.deepEqual(ended.disconnects, ['io server disconnect']);
    for (const token of [user.token, refreshed]) {
      failure(await call(at.server, 'GET', '/room', { token }), 403, 'Invalid auth token provided');
      await assert.rejects(new Client(at.server, { ...user, token }).connect(), /Invalid token/);
    }
    assert.equal(await isGood(at.server, second), true);
    assert.equal(kept.disconnects.length, 0);
    failure(await call(at.server, 'POST', '/auth/logout', { token: user.token }), 403);
    failure(await call(at.server, 'POST', '/auth/logout'), 403, 'Token is required');
  });

  it('is remembered over a restart', async () => {
    const user = await makeUser(at.server);
    envelopeB(await call(at.server, 'POST', '/auth/logout', { token: user.token }));
    await at.server.stop();
    await at.server.restart();
    assert.equal(await isGood(at.server, user.token), false);
  });
});

describe('a new password', () => {
  const at = useServer();

  it('ends all other sessions, and leaves the socket of the one that set it', async () => {
    const user = await makeUser(at.server);
    const second = await signIn(at.server, user);
    const own = await new Client(at.server, user).connect();
    const other = await new Client(at.server, { ...user, token: second }).connect();
    const changed = await call(at.server, 'PUT', '/users/updatepassword', { token: user.token,
      body: { email: user.email, password: 'Another-1', currentPassword: user.password } });
    assert.equal(changed.status, 200);
    await other.until(() => other.disconnects.length > 0, 'the end of the other socket');
    const fresh = changed.headers.get('access-token');
    assert.equal(claimsOf(fresh).sid, claimsOf(user.token).sid);
    assert.equal((await own.ask('renewToken', { token: fresh })).success, true);
    assert.equal(own.disconnects.length, 0);
    assert.equal(await isGood(at.server, user.token), false);
    assert.equal(await isGood(at.server, fresh), true);
  });
});

describe('keys', () => {
  const secrets = ['the first secret, which is long enough', 'the second secret, long enough as well'];

  it('are replaced without ending sessions, by a restart or SIGHUP', async () => {
    const folder = await freshFolder();
    const config = join(folder, 'rookery.toml');
    await writeFile(config, `[auth]\nsecret = "${secrets[0]}"\n`);
    const at = await startServer({ args: ['--config', config] });
    try {
      const user = await makeUser(at);
      await writeFile(config, `[auth]\nsecret = "${secrets[1]}"\npreviousSecret = "${secrets[0]}"\n`);
      at.signal('SIGHUP');
      await at.logLine((line) => line.includes('read the keys again'), 'the new keys');
      assert.equal(await isGood(at, user.token), true);
      const claims = { ...claimsOf(user.token), exp: seconds() + 60 };
      assert.equal(await isGood(at, forge(claims, secrets[1])), true);
      const renewed = envelopeB(await call(at, 'POST', '/auth/refresh', { token: user.token })).token;

      at.lines.length = 0;
      await writeFile(config, `[auth]\nsecret = "${secrets[1]}"\n`);
      at.signal('SIGHUP');
      await at.logLine((line) => line.includes('read the keys again'), 'the new keys');
      assert.equal(await isGood(at, user.token), false);
      assert.equal(await isGood(at, renewed), true);

      await writeFile(config, '[auth]\nsecret = "short"\n[server]\nloops = 1\n');
      at.signal('SIGHUP');
      await at.logLine((line) => line.includes('the configuration stays as it was'), 'the refusal');
      assert.equal(await isGood(at, renewed), true);

      await writeFile(config, `[auth]\nsecret = "${secrets[1]}"\n[server]\nloops = 1\n`);
      at.signal('SIGHUP');
      await at.logLine((line) => line.includes('it takes a restart') && line.includes('server.loops'), 'what waits');
    } finally {
      await at.close();
    }
  });
});

describe('tokens of other issuers', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sign = (alg, key, claims, kid) => {
    const text = `${encode({ alg, typ: 'JWT', kid })}.${encode(claims)}`;
    const signature = createSign('sha256').update(text)
      .sign(alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key);
    return `${text}.${signature.toString('base64url')}`;
  };
  const forms = {
    'a JWKS document': JSON.stringify({ keys: [
      { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' },
      { ...ec.publicKey.export({ format: 'jwk' }), kid: 'two' },
      { kty: 'oct', k: 'c2VjcmV0' }] }),
    'PEM keys': rsa.publicKey.export({ type: 'spki', format: 'pem' })
      + ec.publicKey.export({ type: 'spki', format: 'pem' }),
  };
  for (const [form, text] of Object.entries(forms)) {
    it(`are taken by ${form}`, async () => {
      const folder = await freshFolder();
      const file = join(folder, 'keys');
      await writeFile(file, text);
      const server = await startServer({ set: { 'auth.publicKeys': file } });
      try {
        const user = await makeUser(server);
        const claims = { id: user.id, email: user.email, username: user.username, exp: seconds() + 60 };
        const good = [sign('RS256', rsa.privateKey, claims, 'one'), sign('ES256', ec.privateKey, claims, 'two'),
          sign('RS256', rsa.privateKey, claims)];
        for (const token of good) {
          assert.equal(await isGood(server, token), true);
          const client = await new Client(server, { ...user, token }).connect();
          assert.equal((await client.ask('renewToken', { token: good[0] })).success, true);
        }
        const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
        const bad = {
          'of a stranger': sign('RS256', stranger.privateKey, claims, 'one'),
          'that has expired': sign('RS256', rsa.privateKey, { ...claims, exp: seconds() - 1 }, 'one'),
          'signed with the public key as a secret': forge(claims, pem),
          'of nobody': sign('RS256', rsa.privateKey, { ...claims, id: 'f'.repeat(24) }, 'one'),
          'without a name': sign('RS256', rsa.privateKey, { ...claims, username: undefined }, 'one'),
        };
        for (const [what, token] of Object.entries(bad)) {
          assert.equal(await isGood(server, token), false, `a token ${what}`);
        }
        envelopeB(await call(server, 'POST', '/auth/logout', { token: good[0] }));
        assert.equal(await isGood(server, good[0]), false);
        assert.equal(await isGood(server, good[1]), true);
      } finally {
        await server.close();
      }
    });
  }

  it('keep the server from starting when the file is none', async () => {
    const folder = await freshFolder();
    const file = join(folder, 'keys');
    const good = rsa.publicKey.export({ type: 'spki', format: 'pem' });
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
    const besides = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'one' };
    for (const text of [good + good.slice(0, 200) + '\n-----END PUBLIC KEY-----\n', weak.export({ type: 'spki', format: 'pem' }),
      JSON.stringify({ keys: [besides, { ...besides, n: undefined }] }),
      JSON.stringify({ keys: [besides, { ...weak.export({ format: 'jwk' }), kid: 'weak' }] }), '', '{"keys": []}', '{"keys": 5}', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----']) {
      await writeFile(file, text);
      await assert.rejects(startServer({ set: { 'auth.publicKeys': file } }), /key/);
    }
    await assert.rejects(startServer({ set: { 'auth.publicKeys': join(folder, 'missing') } }), /cannot be read/);
  });
});
