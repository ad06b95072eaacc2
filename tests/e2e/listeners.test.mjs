// Where connections come from: a socket in the file system, and proxies that say whose they are.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { freshFolder, startServer } from './support/server.mjs';
import { useServer } from './support/suite.mjs';
import { within } from './support/wait.mjs';

const handshake = 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const one = { 'limits.handshakes.rate': 0.001, 'limits.handshakes.burst': 1 };

/** All that comes back until the end, for what is written in these pieces. */
function exchange(socket, pieces) {
  let text = '';
  const ended = new Promise((done) => {
    socket.on('data', (bytes) => (text += bytes)).on('close', () => done(text)).on('error', () => done(text));
  });
  (async () => {
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise((later) => setTimeout(later, 5));
    }
  })();
  return within(ended, 'the end of the connection');
}
const statusOf = (text) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);

describe('a socket in the file system', () => {
  it('serves as the port does, for its owner and group, and is gone with the server', async () => {
    const folder = await freshFolder();
    const socketPath = join(folder, 'rookery.sock');
    const server = await startServer({ set: { 'server.unixSocket': socketPath } });
    try {
      assert.equal(statSync(socketPath).mode & 0o777, 0o660);
      for (let i = 0; i < 8; ++i) {
        const answer = await new Promise((done, failed) => get({ socketPath, path: '/healthz', agent: false }, done).on('error', failed));
        assert.equal(answer.statusCode, 200);
        answer.resume();
      }
      const opened = await exchange(connect(socketPath), [handshake]);
      assert.equal(statusOf(opened), 200);
      assert.match(opened, /"sid":"/);
      await assert.rejects(startServer({ set: { 'server.unixSocket': socketPath } }), /another process listens there/);
      await server.kill();
      assert.equal(existsSync(socketPath), true);
      await server.restart();
      assert.equal(statusOf(await exchange(connect(socketPath), [handshake])), 200);
      await server.stop();
      assert.equal(existsSync(socketPath), false);
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe('the PROXY protocol', () => {
  const at = useServer({ set: { ...one, 'server.proxyProtocol': true, 'server.trustedProxies': '127.0.0.1' } });
  const send = (pieces) => exchange(connect(at.server.port, at.server.host), pieces);
  const text = (from) => `PROXY TCP4 ${from} 198.51.100.1 1234 443\r\n`;
  const binary = (from, command = 1) => Buffer.concat([Buffer.from('\r\n\r\n\0\r\nQUIT\n'), Buffer.from([0x20 | command, 0x11, 0, 12]),
    Buffer.from(from.split('.').map(Number)), Buffer.from([198, 51, 100, 1, 4, 210, 1, 187])]);

  it('says who the client is, in both versions, however it is cut', async () => {
    assert.equal(statusOf(await send([text('192.0.2.1') + handshake])), 200);
    assert.equal(statusOf(await send([text('192.0.2.1') + handshake])), 429);
    assert.equal(statusOf(await send([...text('192.0.2.2'), handshake])), 200);
    assert.equal(statusOf(await send([Buffer.concat([binary('192.0.2.2'), Buffer.from(handshake)])])), 429);
    assert.equal(statusOf(await send([binary('192.0.2.3').subarray(0, 14), binary('192.0.2.3').subarray(14), handshake])), 200);
    assert.equal(statusOf(await send([binary('192.0.2.3'), handshake])), 429);
    assert.equal(statusOf(await send([binary('192.0.2.9', 0), handshake])), 200, 'the proxy itself');
    assert.equal(statusOf(await send(['PROXY UNKNOWN\r\n', handshake])), 429, 'it too, once more');
  });

  it('ends connections without it, or with nonsense, and serves the others', async () => {
    for (const pieces of [[handshake], ['PROXY TCP4 nonsense\r\n', handshake], [Buffer.from([22, 3, 1, 0, 5])], ['PROXY '.padEnd(300, 'x')]]) {
      assert.equal(await send(pieces), '');
    }
    await at.server.logLine((line) => line.includes('a connection was refused') && line.includes('no PROXY header'), 'the refusal');
    assert.equal(statusOf(await send([text('192.0.2.4') + handshake])), 200);
  });

  it('gives up on a header that does not come', async () => {
    const begun = performance.now();
    assert.equal(await send(['PROXY TCP4 192.0.2.5 ']), '');
    assert.ok(performance.now() - begun > 3_000);
  });
});

describe('the PROXY protocol from somebody else', () => {
  it('is refused, and asks for proxies that are trusted', async () => {
    const server = await startServer({ set: { 'server.proxyProtocol': true, 'server.trustedProxies': '192.0.2.0/24' } });
    try {
      const answer = await exchange(connect(server.port, server.host), ['PROXY TCP4 192.0.2.1 198.51.100.1 1 2\r\n' + handshake]);
      assert.equal(answer, '');
      await server.logLine((line) => line.includes('it is from no trusted proxy'), 'the refusal');
    } finally {
      await server.close();
    }
    await assert.rejects(startServer({ set: { 'server.proxyProtocol': true } }), /server\.trustedProxies names nobody/);
  });

  it('stands before TLS', async () => {
    const folder = await freshFolder();
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
      '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const server = await startServer({ set: { ...one, 'server.proxyProtocol': true, 'server.trustedProxies': '127.0.0.1',
      'tls.certificate': cert, 'tls.key': key } });
    try {
      const status = async (from) => {
        const raw = connect(server.port, server.host);
        await new Promise((done) => raw.once('connect', done));
        raw.write(`PROXY TCP4 ${from} 198.51.100.1 1 2\r\n`);
        return statusOf(await exchange(connectTls({ socket: raw, rejectUnauthorized: false }), [handshake]));
      };
      assert.equal(await status('192.0.2.1'), 200);
      assert.equal(await status('192.0.2.1'), 429);
      assert.equal(await status('192.0.2.2'), 200);
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe('the cookie of a session', () => {
  it('is there when it is wanted, in the answer that opens it alone', async () => {
    for (const wanted of [true, false]) {
      const server = await startServer({ set: { 'engine.cookie': wanted } });
      try {
        const open = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
        const { sid } = JSON.parse((await open.text()).slice(1));
        assert.equal(open.headers.get('set-cookie'), wanted ? `io=${sid}; Path=/; HttpOnly; SameSite=Lax` : null);
        const post = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '40' });
        assert.equal(post.headers.get('set-cookie'), null);
      } finally {
        await server.close();
      }
    }
  });
});
