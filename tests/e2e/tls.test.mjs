// TLS, with certificates of the test's own making, and what is believed of proxies.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import tls from 'node:tls';
import { after, before, describe, it } from 'node:test';
import { io } from 'socket.io-client';
import { connect } from './support/client.mjs';
import { call, makeRoom, makeUser, readHistory } from './support/rest.mjs';
import { freshFolder, rookery, startServer } from './support/server.mjs';
import { useServer } from './support/suite.mjs';
import { within } from './support/wait.mjs';

// The certificates here are signed by nobody.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

/** A self-signed certificate for localhost: {certificate, key} as paths. */
function makeCertificate(folder, name) {
  const [certificate, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key,
    '-out', certificate], { stdio: 'ignore' });
  return { certificate, key };
}

const handshake = (port, options = {}) => within(new Promise((resolve, reject) => {
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () =>
    resolve(socket));
  socket.on('error', reject);
}), 'a TLS handshake');

describe('TLS', () => {
  const at = {};
  before(async () => {
    at.folder = await freshFolder();
    at.first = makeCertificate(at.folder, 'first');
    at.second = makeCertificate(at.folder, 'second');
    at.live = { certificate: join(at.folder, 'live.pem'), key: join(at.folder, 'live.key') };
    for (const part of ['certificate', 'key']) copyFileSync(at.first[part], at.live[part]);
    at.server = await startServer({ set: { 'tls.certificate': at.live.certificate, 'tls.key': at.live.key } });
    assert.match(at.server.url, /^https:/);
    at.user = await makeUser(at.server);
  });
  after(() => at.server?.close());

  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    it(`speaks ${version} and http/1.1`, async () => {
      const socket = await handshake(at.server.port,
        { minVersion: version, maxVersion: version, ALPNProtocols: ['h2', 'http/1.1'] });
      assert.equal(socket.getProtocol(), version);
      assert.equal(socket.alpnProtocol, 'http/1.1');
      assert.equal(socket.getPeerCertificate().subject.CN, 'first');
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      let text = '';
      for await (const bytes of socket) text += bytes;
      assert.match(text, /^HTTP\/1.1 200 /);
    });
  }

  it('refuses TLS 1.1 and plain HTTP', async () => {
    await assert.rejects(handshake(at.server.port,
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }));
    await assert.rejects(fetch(`http://127.0.0.1:${at.server.port}/healthz`));
    await handshake(at.server.port).then((socket) => socket.destroy());
    const line = await at.server.logLine((text) => text.includes('a TLS connection failed'), 'the failure');
    assert.match(line, /"peer":"127\.0\.0\.1"/);
  });

  it('resumes sessions', async () => {
    const first = await handshake(at.server.port, { maxVersion: 'TLSv1.2' });
    const session = first.getSession();
    first.destroy();
    const second = await handshake(at.server.port, { maxVersion: 'TLSv1.2', session });
    assert.equal(second.isSessionReused(), true);
    second.destroy();
  });

  for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
    it(`carries Socket.IO over ${transports}`, async () => {
      const socket = io(at.server.url, { transports, forceNew: true, reconnection: false,
        rejectUnauthorized: false, auth: { token: at.user.token } });
      await within(new Promise((resolve, reject) =>
        socket.on('connect', resolve).on('connect_error', reject)), 'connect');
      const big = 'x'.repeat(700_000);
      const answers = await within(Promise.all(Array.from({ length: 5 }, () =>
        socket.emitWithAck('nothing', big))), 'answers');
      assert.deepEqual(answers.map(({ code }) => code), Array(5).fill('NOT_FOUND'));
      socket.disconnect();
    });
  }

  it('sends an answer of many records whole', async () => {
    const other = await makeUser(at.server);
    const room = await makeRoom(at.server, at.user, other);
    const client = await connect(at.server, at.user, { rejectUnauthorized: false });
    const body = 'ä'.repeat(10_000);
    for (let n = 0; n < 20; n++) await client.ask('roomMessage', { roomId: room._id, body });
    const history = await readHistory(at.server, other, room._id);
    assert.deepEqual(history.map((message) => message.body), Array(20).fill(body));
    client.close();
  });

  it('reads the certificate again on SIGHUP; a broken one changes nothing', async () => {
    const served = async () => {
      const socket = await handshake(at.server.port);
      const name = socket.getPeerCertificate().subject.CN;
      socket.destroy();
      return name;
    };
    const old = await handshake(at.server.port);
    writeFileSync(at.live.certificate, 'rubbish');
    at.server.signal('SIGHUP');
    await at.server.logLine((line) => /certificate stays as it was/.test(line), 'the failure');
    assert.equal(await served(), 'first');
    for (const part of ['certificate', 'key']) copyFileSync(at.second[part], at.live[part]);
    at.server.signal('SIGHUP');
    await at.server.logLine((line) => /read the certificate again/.test(line), 'the new certificate');
    assert.equal(await served(), 'second');
    old.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await within(new Promise((resolve) => old.once('data', resolve)), 'the answer on the old connection');
    old.destroy();
  });

  it('says at the start what is wrong with the files', async () => {
    const start = (certificate, key) => rookery(['serve', '--listen', '127.0.0.1:0', '--data', join(at.folder, 'x'),
      '--set', `tls.certificate=${certificate}`, '--set', `tls.key=${key}`]);
    for (const [certificate, key, says] of [
      ['/nowhere.pem', at.first.key, /cannot read the certificate \/nowhere.pem/],
      [at.first.certificate, '/nowhere.key', /cannot read the key \/nowhere.key/],
      [at.first.certificate, at.second.key, /key/]]) {
      const end = await start(certificate, key);
      assert.equal(end.code, 1);
      assert.match(end.stderr, says);
    }
  });
});

describe('proxies', () => {
  const limits = { 'limits.logins.rate': 0.001, 'limits.logins.burst': 2 };
  const wrong = { body: { loginType: 'username', username: 'nobody', password: 'Wrong-Password-1' } };
  const attempt = async (server, from) =>
    (await call(server, 'POST', '/users/signin', { ...wrong, headers: { 'X-Forwarded-For': from } })).status;

  describe('that are trusted', () => {
    const at = useServer({ set: { ...limits, 'server.trustedProxies': '127.0.0.0/8,10.1.1.1' } });

    it('say whose limits count', async () => {
      for (const address of ['198.51.100.1', '198.51.100.2, 10.1.1.1']) {
        assert.notEqual(await attempt(at.server, address), 429);
        assert.notEqual(await attempt(at.server, address), 429);
        assert.equal(await attempt(at.server, address), 429);
      }
      assert.equal(await attempt(at.server, '6.6.6.6, 198.51.100.1'), 429, 'what the client wrote itself');
    });
  });

  describe('that are not', () => {
    const at = useServer({ set: limits });

    it('say nothing', async () => {
      await attempt(at.server, '198.51.100.1');
      await attempt(at.server, '198.51.100.2');
      assert.equal(await attempt(at.server, '198.51.100.3'), 429);
    });
  });
});
