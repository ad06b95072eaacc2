// One-time codes by mail, and the password that is set with one.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from './support/client.mjs';
import { call, makeUser, signIn } from './support/rest.mjs';
import { freshFolder, rookery, startServer } from './support/server.mjs';
import { assertKeys, envelopeB, failure } from './support/shapes.mjs';
import { MailServer } from './support/smtp.mjs';
import { useServer } from './support/suite.mjs';

const codeIn = ({ text }) => /\b(\d{6})\b/.exec(text.slice(text.indexOf('\r\n\r\n')))[1];
const other = (code) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describe('one-time codes', () => {
  let mail;
  before(async () => { mail = await MailServer.start(); });
  after(() => mail.close());
  const at = {};
  before(async () => {
    at.server = await startServer({ set: { 'mail.url': mail.url, 'mail.startTls': false,
      'mail.from': 'Rookery <chat@example.org>' } });
  });
  after(() => at.server.close());

  const ask = (user, body = {}) => call(at.server, 'POST', '/users/validateuser',
    { body: { email: user.email, username: user.username, ...body } });
  const verify = (user, otp) => call(at.server, 'POST', '/users/otpverification',
    { body: { email: user.email, otp } });
  const codeFor = async (user) => {
    assert.equal((await ask(user)).status, 202);
    return codeIn(await mail.mailTo(user.email));
  };

  it('comes by mail, is verified and sets a password, once', async () => {
    const user = await makeUser(at.server);
    const asked = await ask(user);
    const data = envelopeB(asked, 202);
    assertKeys(data, ['email', 'username', 'avatar', 'createdAt', 'updatedAt']);
    const letter = await mail.mailTo(user.email);
    assert.equal(letter.from, 'chat@example.org');
    assert.match(letter.text, /^From: Rookery <chat@example\.org>\r$/m);
    assert.match(letter.text, /^Date: \w{3}, \d{2} \w{3} \d{4} [\d:]{8} \+0000\r$/m);
    assert.match(letter.text, /^Message-ID: <[0-9a-f]{32}@example\.org>\r$/m);

    const verified = envelopeB(await verify(user, codeIn(letter)), 202);
    assertKeys(verified, ['verified', 'email', 'message', 'token']);
    assert.equal(verified.verified, 'ok');

    const body = { email: user.email, password: 'Quite-new-1' };
    const changed = await call(at.server, 'PUT', '/users/updatepassword', { token: verified.token, body });
    assert.equal(envelopeB(changed, 200)._id, user.id);
    assert.equal(changed.headers.get('access-token'), null);
    await signIn(at.server, { ...user, password: 'Quite-new-1' });
    failure(await call(at.server, 'PUT', '/users/updatepassword', { token: verified.token, body }), 403);
    failure(await call(at.server, 'GET', '/room', { token: user.token }), 403);
    failure(await verify(user, codeIn(letter)), 400);
  });

  it('gives a token that is good for nothing else', async () => {
    const user = await makeUser(at.server);
    const { token } = envelopeB(await verify(user, await codeFor(user)), 202);
    failure(await call(at.server, 'GET', '/room', { token }), 403);
    failure(await call(at.server, 'POST', '/auth/refresh', { token }), 403);
    await assert.rejects(new Client(at.server, { ...user, token }).connect(), /Invalid token/);
    const foreign = await makeUser(at.server);
    failure(await call(at.server, 'PUT', '/users/updatepassword',
      { token, body: { email: foreign.email, password: 'Taken-over-1' } }), 403);
  });

  it('is used up by five wrong tries', async () => {
    const user = await makeUser(at.server);
    const code = await codeFor(user);
    for (let i = 0; i < 5; ++i) failure(await verify(user, other(code)), 400);
    failure(await verify(user, code), 400);
  });

  it('is replaced by the next one', async () => {
    const user = await makeUser(at.server);
    const first = await codeFor(user);
    mail.mails = [];
    const second = await codeFor(user);
    if (first !== second) failure(await verify(user, first), 400);
    assert.equal((await verify(user, second)).status, 202);
  });

  it('is not given to those who are unknown, or named wrongly', async () => {
    const user = await makeUser(at.server);
    failure(await ask(user, { username: 'somebody-else' }), 404);
    failure(await ask(user, { email: 'nobody@example.org' }), 404);
    failure(await call(at.server, 'POST', '/users/otpverification',
      { body: { email: 'nobody@example.org', otp: '123456' } }), 404);
    for (const body of [{ email: undefined }, { email: 5 }, { username: '' }, { username: ['a'] }]) {
      failure(await ask(user, body), 400, /^Validation error : /);
    }
    failure(await verify(user, 123456), 400, /^Validation error : /);
    failure(await verify(user, undefined), 400, /^Validation error : /);
  });

  it('stands in no log, and not readably in the store', async () => {
    const user = await makeUser(at.server);
    const code = await codeFor(user);
    assert.equal(at.server.lines.some((line) => line.includes(code)), false);
    const store = ['rookery.db', 'rookery.db-wal'].map((name) => readFileSync(join(at.server.data, name)));
    assert.equal(store.some((bytes) => bytes.includes(code)), false);
  });
});

describe('too many one-time codes', () => {
  const at = useServer({ set: { 'limits.codes.rate': 0.001, 'limits.codes.burst': 2 } });

  it('are not sent to one account; others get theirs', async () => {
    const ask = async (user) => (await call(at.server, 'POST', '/users/validateuser',
      { body: { email: user.email, username: user.username } }));
    const user = await makeUser(at.server);
    const statuses = [];
    for (let i = 0; i < 3; ++i) statuses.push((await ask(user)).status);
    assert.deepEqual(statuses, [202, 202, 429]);
    assert.ok(Number((await ask(user)).headers.get('retry-after')) > 100);
    assert.equal((await ask(await makeUser(at.server))).status, 202);
  });
});

describe('one-time codes when the mail server says no', () => {
  it('answers 503, and nothing is said of the reason', async () => {
    const mail = await MailServer.start({ refuse: true });
    const server = await startServer({ set: { 'mail.url': mail.url, 'mail.startTls': false,
      'mail.from': 'chat@example.org' } });
    try {
      const user = await makeUser(server);
      const answer = await call(server, 'POST', '/users/validateuser',
        { body: { email: user.email, username: user.username } });
      failure(answer, 503);
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
      await server.logLine((line) => line.includes('a mail could not be sent'), 'why');
    } finally {
      await server.close();
      await mail.close();
    }
  });
});

describe('mail over TLS', () => {
  it('goes on only when the server is who it says, and signs in', async () => {
    const folder = await freshFolder();
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
      '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
      '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const mail = await MailServer.start({ tls: { key: readFileSync(key), cert: readFileSync(cert) } });
    const set = { 'mail.url': mail.url, 'mail.from': 'chat@example.org', 'mail.user': 'postman',
      'mail.password': 'a secret' };
    const trusting = await startServer({ set: { ...set, 'mail.ca': cert } });
    const wary = await startServer({ set });
    try {
      const user = await makeUser(trusting);
      const body = { email: user.email, username: user.username };
      assert.equal((await call(trusting, 'POST', '/users/validateuser', { body })).status, 202);
      const letter = await mail.mailTo(user.email);
      assert.equal(letter.secure, true);
      assert.equal(letter.user, 'postman:a secret');
      const again = await makeUser(wary);
      failure(await call(wary, 'POST', '/users/validateuser',
        { body: { email: again.email, username: again.username } }), 503);
      assert.equal(mail.mails.length, 1);
    } finally {
      await trusting.close();
      await wary.close();
      await mail.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('one-time codes without mail', () => {
  const at = useServer();

  it('are given out by the operator', async () => {
    await at.server.logLine((line) => line.includes('no mail can be sent'), 'a word about it');
    const user = await makeUser(at.server);
    assert.equal((await call(at.server, 'POST', '/users/validateuser',
      { body: { email: user.email, username: user.username } })).status, 202);
    const printed = await rookery(['user', 'code', user.username, '--data', at.server.data]);
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(printed.stdout, /^\d{6}\n$/);
    const body = { email: user.email, otp: printed.stdout.trim() };
    assert.equal((await call(at.server, 'POST', '/users/otpverification', { body })).status, 202);
    const nobody = await rookery(['user', 'code', 'nobody-here', '--data', at.server.data]);
    assert.equal(nobody.code, 1);
  });
});
