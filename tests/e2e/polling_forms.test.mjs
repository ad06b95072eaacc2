// What a poll's answer may look like: compressed, or as a script (protocol.md 2.4).

import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, it } from 'node:test';
import { gunzipSync, inflateSync } from 'node:zlib';
import { Polling } from './support/polling.mjs';
import { call } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';
import { within } from './support/wait.mjs';

/** A request whose answer is left as it came: {status, headers, body}. */
function raw(server, method, path, { headers = {}, body } = {}) {
  return within(new Promise((resolve, reject) => {
    const request = http.request(
      { host: server.host, port: server.port, method, path, headers, agent: false },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk)).on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode,
          headers: response.headers, body: Buffer.concat(chunks) }));
      },
    );
    request.on('error', reject).end(body);
  }), `${method} ${path}`);
}

/** A session whose next poll brings one packet of `bytes` or a little more. */
async function owed(server, bytes) {
  const session = await Polling.open(server);
  const nsp = `/${'n'.repeat(bytes)}`;
  await session.post(`40${nsp}`);
  return { session, expected: `44${nsp},{"message":"Invalid namespace"}` };
}

describe('the answer to a poll', () => {
  const at = useServer();

  for (const [coding, unpack] of [['gzip', gunzipSync], ['deflate', inflateSync]]) {
    it(`is packed as ${coding} when the client takes it`, async () => {
      const { session, expected } = await owed(at.server, 3000);
      const answer = await raw(at.server, 'GET', session.path, { headers: { 'accept-encoding': coding } });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-encoding'], coding);
      assert.equal(Number(answer.headers['content-length']), answer.body.length);
      assert.ok(answer.body.length < 500, `${answer.body.length} bytes`);
      assert.equal(unpack(answer.body).toString(), expected);
    });
  }

  for (const [what, bytes, accept] of [
    ['is short', 500, 'gzip, deflate'],
    ['goes to a client that takes no coding', 3000, undefined],
    ['goes to a client that refuses every coding', 3000, 'gzip;q=0, deflate;q=0, br'],
  ]) {
    it(`is left as it is when it ${what}`, async () => {
      const { session, expected } = await owed(at.server, bytes);
      const headers = accept === undefined ? {} : { 'accept-encoding': accept };
      const answer = await raw(at.server, 'GET', session.path, { headers });
      assert.equal(answer.headers['content-encoding'], undefined);
      assert.equal(answer.body.toString(), expected);
    });
  }
});

describe('polling by scripts', () => {
  const at = useServer();
  const path = (query) => `/socket.io/?EIO=4&transport=polling${query}`;

  /** The payload that a script hands to the function of that number. */
  function handed(answer, number) {
    assert.equal(answer.status, 200, answer.body.toString());
    assert.match(answer.headers['content-type'], /^text\/javascript/);
    const [, index, json] = /^___eio\[(\d*)\]\((.*)\);$/s.exec(answer.body.toString());
    assert.equal(index, String(number));
    return JSON.parse(json);
  }

  async function open() {
    const payload = handed(await raw(at.server, 'GET', path('&j=3')), 3);
    assert.equal(payload[0], '0');
    return path(`&j=3&sid=${JSON.parse(payload.slice(1)).sid}`);
  }

  const post = (where, form) => raw(at.server, 'POST', where, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form });

  it('carries a session: handshake, post and poll', async () => {
    const session = await open();
    const posted = await post(session, `d=${encodeURIComponent('40/zz')}`);
    assert.equal(posted.body.toString(), 'ok');
    assert.equal(handed(await raw(at.server, 'GET', session), 3),
      '44/zz,{"message":"Invalid namespace"}');
  });

  it('keeps separators and line ends out of the script', async () => {
    const session = await open();
    await post(session, `d=${encodeURIComponent('40/a\u2028\x1e40/b')}`);
    const answer = await raw(at.server, 'GET', session);
    assert.doesNotMatch(answer.body.toString(), /[\u2028\x1e]/);
    assert.equal(handed(answer, 3), ['a\u2028', 'b']
      .map((nsp) => `44/${nsp},{"message":"Invalid namespace"}`).join('\x1e'));
  });

  it('takes nothing but digits of the number', async () => {
    const answer = await raw(at.server, 'GET', path('&j=7);alert(document.domain'));
    assert.match(answer.body.toString(), /^___eio\[7\]\("/);
  });

  it('ends a session that posts a form without the field', async () => {
    const session = await open();
    assert.equal((await post(session, 'e=4hello')).status, 400);
    const next = await call(at.server, 'GET', session);
    assert.equal(next.status, 400);
    assert.equal(JSON.parse(next.text).code, 1);
  });
});
