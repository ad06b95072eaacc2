// Other origins: CORS headers on every answer, and the preflight.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { call, makeUser } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';

const origin = 'http://chat.example.org';
const list = (text) => (text ?? '').toLowerCase().split(/\s*,\s*/);

describe('a request from another origin', () => {
  const at = useServer({}, async (it) => {
    it.user = await makeUser(it.server);
  });

  const paths = [['GET', '/ping', 200], ['GET', '/room', 200], ['GET', '/room/ffffffffffffffffffffffff', 404],
    ['GET', '/no/such/path', 404], ['POST', '/users/signup', 400], ['GET', '/', 200], ['GET', '/healthz', 200],
    ['GET', '/socket.io/?EIO=4&transport=polling', 200], ['GET', '/socket.io/?EIO=4&transport=nothing', 400]];
  for (const [method, path, status] of paths) {
    it(`may read the answer of ${method} ${path}`, async () => {
      const answer = await call(at.server, method, path, { token: at.user.token, headers: { origin },
        ...(method === 'POST' ? { body: {} } : {}) });
      assert.equal(answer.status, status, answer.text.slice(0, 300));
      assert.ok(['*', origin].includes(answer.headers.get('access-control-allow-origin')));
      assert.equal(answer.headers.get('access-control-allow-credentials'), null, 'any origin, so no credentials');
    });
  }

  it('may read what is refused for want of a token', async () => {
    const answer = await call(at.server, 'GET', '/room', { headers: { origin } });
    assert.equal(answer.status, 403);
    assert.ok(['*', origin].includes(answer.headers.get('access-control-allow-origin')));
  });

  it('sees the tokens among the headers', async () => {
    const answer = await call(at.server, 'GET', '/room', { token: at.user.token, headers: { origin } });
    const exposed = list(answer.headers.get('access-control-expose-headers'));
    for (const name of ['access-token', 'refresh-token']) assert.ok(exposed.includes(name), name);
  });

  for (const path of ['/room', '/users/signup', '/workspace/join/x', '/no/such/path']) {
    it(`may ask before it sends to ${path}, without a token`, async () => {
      const answer = await call(at.server, 'OPTIONS', path, { headers: { origin,
        'access-control-request-method': 'PUT', 'access-control-request-headers': 'access-token,content-type' } });
      assert.ok([200, 204].includes(answer.status), String(answer.status));
      assert.ok(['*', origin].includes(answer.headers.get('access-control-allow-origin')));
      const methods = list(answer.headers.get('access-control-allow-methods'));
      for (const method of ['get', 'post', 'put', 'patch', 'delete', 'options']) assert.ok(methods.includes(method), method);
      const headers = list(answer.headers.get('access-control-allow-headers'));
      for (const name of ['access-token', 'authorization', 'content-type']) assert.ok(headers.includes(name), name);
      assert.equal(answer.headers.get('access-control-max-age'), '600');
    });
  }
});
