// HTTP/1.1 itself: keep-alive, pipelining, framing of bodies, and requests that are none.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Polling } from './support/polling.mjs';
import { RawHttp, once, requestText } from './support/raw_http.mjs';
import { call, freshName, makeUser } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

const signUp = () => {
  const username = freshName();
  return JSON.stringify({ username, email: `${username}@example.org`, password: 'Password-1' });
};
const json = { 'Content-Type': 'application/json' };

describe('an HTTP connection', () => {
  const at = useServer({}, async (it) => {
    it.user = await makeUser(it.server);
  });

  it('is kept for further requests', async () => {
    const http = await RawHttp.connect(at.server);
    for (let round = 0; round < 20; round++) {
      http.request('GET', round % 2 ? '/ping' : '/api/v1/room', { headers: { 'access-token': at.user.token } });
      assert.equal((await http.answer()).status, 200);
    }
    assert.equal(http.closed, false);
    http.destroy();
  });

  it('is closed when the client asks for it', async () => {
    const http = await RawHttp.connect(at.server);
    http.request('GET', '/ping', { headers: { Connection: 'close' } });
    assert.equal((await http.answer()).status, 200);
    await http.end();
  });

  it('answers pipelined requests in their order', async () => {
    const http = await RawHttp.connect(at.server);
    const token = { 'access-token': at.user.token };
    const wanted = [['GET', '/ping', 200], ['GET', '/nothing', 404], ['POST', '/api/v1/users/signup', 200],
      ['GET', '/api/v1/room', 200], ['GET', '/api/v1/room/xyz', 404], ['GET', '/ping', 200]];
    const many = [...wanted, ...wanted, ...wanted];
    http.write(many.map(([method, path]) => requestText(method, path, method === 'POST'
      ? { headers: json, body: signUp() } : { headers: token })).join(''));
    for (const [method, path, status] of many) {
      assert.equal((await http.answer()).status, status, `${method} ${path}`);
    }
    http.destroy();
  });

  it('answers a slow request before the quick ones behind it', async () => {
    const http = await RawHttp.connect(at.server);
    const body = JSON.stringify({ loginType: 'username', username: at.user.username, password: at.user.password });
    http.write(requestText('POST', '/api/v1/users/signin', { headers: json, body })
      + requestText('GET', '/ping').repeat(50));
    assert.equal((await http.answer()).status, 202, 'the password hash is first in line');
    for (let round = 0; round < 50; round++) assert.equal((await http.answer()).status, 200);
    http.destroy();
  });

  it('reads a request that comes byte by byte', async () => {
    const http = await RawHttp.connect(at.server);
    for (const byte of requestText('POST', '/api/v1/users/signup', { headers: json, body: signUp() })) {
      await new Promise((resolve) => http.socket.write(byte, resolve));
    }
    assert.equal((await http.answer()).status, 200);
    http.destroy();
  });

  it('reads a chunked body', async () => {
    const body = signUp();
    const half = body.length >> 1;
    const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;
    const http = await RawHttp.connect(at.server);
    http.write(requestText('POST', '/api/v1/users/signup', { headers: { ...json, 'Transfer-Encoding': 'chunked' } })
      + chunk(body.slice(0, half)) + chunk(body.slice(half)) + chunk(''));
    assert.equal((await http.answer()).status, 200);
    http.request('GET', '/ping');
    assert.equal((await http.answer()).status, 200);
    http.destroy();
  });

  it('carries a polling session, pipelined', async () => {
    const session = await Polling.open(at.server);
    const http = await RawHttp.connect(at.server);
    http.write(requestText('POST', session.path, { body: `40${JSON.stringify({ token: at.user.token })}` })
      + requestText('GET', session.path) + requestText('GET', '/ping'));
    assert.equal((await http.answer()).text, 'ok');
    assert.match((await http.answer()).text, /^40\{"sid":"/);
    assert.equal((await http.answer()).status, 200);
    http.destroy();
  });

  it('answers HEAD without a body', async () => {
    const http = await RawHttp.connect(at.server);
    http.request('HEAD', '/ping');
    http.request('GET', '/ping');
    const head = await http.answer({ head: true });
    assert.ok([200, 404, 405].includes(head.status));
    assert.equal((await http.answer()).status, 200);
    http.destroy();
  });

  const broken = [
    ['no HTTP at all', 'hello there\r\n\r\n'],
    ['an unknown version', 'GET /ping HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a header without a colon', 'GET /ping HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n'],
    ['a space before the colon', 'GET /ping HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n'],
    ['two different lengths', 'POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
    ['a negative length', 'POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    ['a length that is no number', 'POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n'],
    ['both ways to say how long', 'POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n'
      + 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a broken chunk', 'POST /api/v1/users/signup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
      + 'Transfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['a NUL in a header', 'GET /ping HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n'],
    ['headers without end', `GET /ping HTTP/1.1\r\nHost: x\r\n${`X: ${'y'.repeat(1000)}\r\n`.repeat(200)}`],
    ['an endless path', `GET /${'a'.repeat(200_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ];
  for (const [what, text] of broken) {
    it(`is refused and closed after ${what}`, async () => {
      const http = await RawHttp.connect(at.server);
      http.write(text);
      // A refusal may be cut short by the reset that follows bytes which nobody reads.
      const answer = await http.answer().catch(() => null);
      assert.ok(answer === null || (answer.status >= 400 && answer.status < 600 && answer.status !== 500),
        `${answer?.status}`);
      await http.end('the end of a broken connection');
      assert.equal((await call(at.server, 'GET', '/ping')).status, 200);
    });
  }

  it('does not answer what stands behind a broken request', async () => {
    const http = await RawHttp.connect(at.server);
    http.write(`GET /ping HTTP/1.1\r\nHost: x\r\n\r\nnot HTTP\r\n\r\n${requestText('GET', '/ping')}`);
    assert.equal((await http.answer()).status, 200);
    const second = await http.answer();
    assert.ok(second === null || second.status === 400);
    await http.end();
  });

  it('may be dropped in the middle of a request or an answer', async () => {
    const all = requestText('POST', '/api/v1/users/signup', { headers: json, body: signUp() });
    for (const length of [1, 20, all.length - 3, all.length]) {
      const http = await RawHttp.connect(at.server);
      await new Promise((resolve) => http.socket.write(all.slice(0, length), resolve));
      http.destroy();
    }
    assert.equal((await once(at.server, 'GET', '/ping')).status, 200);
  });
});
