// Every row of the REST contract, by the OpenAPI document, with everything that may be wrong in a
// request: each gets its status, never 500, and nothing is changed.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openApi } from './support/contract.mjs';
import { keys } from './support/keys.mjs';
import { once } from './support/raw_http.mjs';
import { call, makeRoom, makeUser, makeUsers, makeWorkspace, presign } from './support/rest.mjs';
import { failure } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';
import { forge, seconds, unsigned } from './support/tokens.mjs';
import { Client } from './support/client.mjs';

const secret = 'a secret of the hostile tests, long enough for HS256';
const noId = 'f'.repeat(24);
const operations = Object.entries(openApi().paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([verb, spec]) => ({ method: verb.toUpperCase(), path, spec })));
const schemas = openApi().components.schemas;
const bodyOf = ({ spec }) => spec.requestBody?.content['application/json']?.schema.$ref.split('/').at(-1);

describe('hostile requests', () => {
  const at = useServer({ set: { [keys.secret]: secret } }, async (it) => {
    [it.admin, it.member, it.gone] = await makeUsers(it.server, 3);
    it.space = await makeWorkspace(it.server, it.admin, [it.member]);
    it.room = await makeRoom(it.server, it.admin, it.member);
    const client = await new Client(it.server, it.admin).connect();
    it.message = (await client.ask('roomMessage', { roomId: it.room._id, body: 'hello' })).data._id;
    client.close();
    await call(it.server, 'POST', '/auth/logout', { token: it.gone.token });
    it.state = await stateOf(it);
  });
  const stateOf = async (it) => Promise.all(['/workspace', '/room', `/channel/${it.space.general.id}`,
    `/directMessages/${it.room._id}`].map(async (path) => (await call(it.server, 'GET', path, { token: it.admin.token })).text));

  /** The path of an operation as its admin would use it. */
  const filled = (path) => path.replace(/\{(\w+)\}/g, (_, name) => {
    if (name === 'messageId') return at.message;
    if (name === 'roomId' || path.includes('/room/')) return at.room._id;
    if (name === 'channelId' || path.includes('/channel/{') || path.includes('conversations')) return at.space.general.id;
    if (path.includes('/files/')) return 'a'.repeat(32);
    return at.space.id;
  });
  const send = (method, path, options = {}) => {
    const outside = !path.startsWith('/api/v1');
    return call(at.server, method, outside ? path : path.slice('/api/v1'.length), options);
  };
  const secured = operations.filter(({ spec }) => spec.security);

  it('without a good token are 403, on every row that needs one', async () => {
    const claims = { id: at.admin.id, email: at.admin.email, username: at.admin.username, exp: seconds() + 60 };
    const tokens = {
      forged: forge(claims, 'another secret, which is as long as the real one'),
      expired: forge({ ...claims, exp: seconds() - 1 }, secret), unsigned: unsigned(claims),
      revoked: at.gone.token, 'of nobody': forge({ ...claims, id: noId }, secret),
      'of an older password': forge({ ...claims, v: 7 }, secret), 'for a new password only': forge({ ...claims, use: 'password' }, secret),
      nonsense: 'x.y.z', 'of many bytes': 'x'.repeat(9_000),
    };
    for (const { method, path } of secured) {
      failure(await send(method, filled(path)), 403, 'Token is required');
      for (const [what, token] of Object.entries(tokens)) {
        if (what === 'for a new password only' && path.endsWith('updatepassword')) continue;
        const answer = await send(method, filled(path), { token });
        assert.equal(answer.status, 403, `${method} ${path}, ${what}: ${answer.text}`);
        assert.equal(answer.body.message, 'Invalid auth token provided');
      }
      const bearer = await send(method, filled(path), { headers: { authorization: `Bearer ${tokens.forged}` } });
      assert.equal(bearer.status, 403);
    }
    assert.ok(secured.length > 30);
  });

  it('with an id of the wrong shape, or of nothing, are 404', async () => {
    for (const { method, path } of operations.filter((one) => one.path.includes('{'))) {
      const schema = bodyOf({ spec: openApi().paths[path][method.toLowerCase()] });
      const body = schema && goodBody(schema);
      const bad = ['undefined', 'null', 'temp_1700000000000_abcdefghi', '%00', '..', '%2e%2e%2f%2e%2e', "1' OR '1'='1",
        noId.toUpperCase(), noId.slice(1), `${noId}f`, 'é', 'x'.repeat(5_000), noId];
      for (const id of bad) {
        const target = path.replace(/\{\w+\}/, encodeURI(id).replaceAll('%25', '%'));
        const answer = await send(method, target, { token: at.admin.token, body });
        const isSigned = path.includes('/files/') && method === 'PUT';
        const isOther = id === '..'; // resolved by the client: another row
        if (isOther) assert.ok(answer.status < 500, `${method} ${target}`);
        else assert.equal(answer.status, isSigned ? 403 : 404, `${method} ${target.slice(0, 200)}: ${answer.text}`);
      }
    }
  });

  it('by an unknown method are 405, with those that are known', async () => {
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
    for (const [path, known] of Object.entries(openApi().paths)) {
      const verbs = Object.keys(known).map((verb) => verb.toUpperCase());
      for (const method of methods.filter((one) => !verbs.includes(one))) {
        // Another row may fit the same path: /workspace/:id and /workspace/joincode.
        const answer = await send(method, filled(path), { token: at.gone.token });
        if (answer.status !== 405) {
          assert.equal(answer.status, 403, `${method} ${path}`);
          continue;
        }
        const allow = answer.headers.get('allow').split(', ');
        for (const verb of verbs) assert.ok(allow.includes(verb), `${path}: ${allow}`);
        assert.equal(allow.includes(method), false);
        failure(answer, 405);
      }
      const options = await send('OPTIONS', filled(path));
      assert.equal(options.status, 204, path);
    }
  });

  /** A body that would do. */
  function goodBody(name) {
    const good = { SignUp: { email: 'new@example.org', username: 'newcomer', password: 'pw' },
      SignIn: { loginType: 'username', username: at.admin.username, password: at.admin.password },
      ValidateUser: { email: at.admin.email, username: at.admin.username }, VerifyCode: { email: at.admin.email, otp: '000000' },
      NewPassword: { email: at.admin.email, password: 'pw', currentPassword: 'wrong' }, Profile: { name: '' },
      NewWorkspace: { name: 'abc' }, WorkspaceChange: { name: 'abc' }, JoinCode: { joinCode: 'ABCDEF' },
      NewMember: { user: noId, role: 'member' }, MemberName: { username: 'nobody' }, NewChannel: { channelName: 'x' },
      ChannelName: { name: 'x' }, NewRoom: { recieverId: at.member.id }, RoomStatus: { status: 'active' } };
    assert.ok(good[name], `a good body for ${name}`);
    return { ...good[name] };
  }
  const withBody = operations.filter(bodyOf);

  it('with a body that cannot be read are 400, 413 or 415', async () => {
    const deep = '['.repeat(10_000);
    const raw = {
      'no JSON': ['{"a":', 400], 'half of it': ['{"email":"a', 400], 'a list': ['[]', 400], 'a text': ['"x"', 400],
      'a number': ['5', 400], 'null': ['null', 400], 'ten thousand levels': [`{"a":${deep}`, 400],
      'two values': ['{} {}', 400],
      'invalid UTF-8': [Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]), 400],
      'ten megabytes': [`{"a":"${'x'.repeat(10_000_000)}"}`, 413],
    };
    const json = { 'content-type': 'application/json' };
    for (const { method, path } of withBody) {
      for (const [what, [body, status]] of Object.entries(raw)) {
        const answer = await send(method, filled(path), { token: at.admin.token, raw: body, headers: json }).catch((error) => {
          assert.equal(what, 'ten megabytes', `${method} ${path}, ${what}: ${error}`); // closed while it sends
          return { status: 413 };
        });
        assert.equal(answer.status, status, `${method} ${path}, ${what}: ${answer.text}`);
      }
      for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx']) {
        const answer = await send(method, filled(path), { token: at.admin.token, raw: '{"a":1}', headers: { 'content-type': type } });
        assert.equal(answer.status, 415, `${method} ${path}, ${type}`);
      }
      const double = '{"email":"a","email":"b","username":"x","username":"y","name":5,"name":"z"}';
      const twice = await send(method, filled(path), { token: at.admin.token, raw: double, headers: json });
      assert.ok(twice.status >= 400 && twice.status < 500 || path.endsWith('profile'), `${method} ${path}, keys twice: ${twice.text}`);
    }
  });

  it('with a field that is missing, of the wrong type, too long, or holds what no text may, are 400', async () => {
    let tried = 0;
    for (const { method, path, spec } of withBody) {
      const name = bodyOf({ spec });
      const { properties, required = [] } = schemas[name];
      for (const field of Object.keys(properties)) {
        if (field === 'payload' || (name === 'SignIn' && field === 'email')) continue;
        if (name === 'ChannelName' && field === 'channelName') continue;
        const isRequired = required.includes(field) || ['SignIn.username', 'NewRoom.recieverId', 'ChannelName.name',
          'NewPassword.currentPassword'].includes(`${name}.${field}`);
        const surrogate = `{"${field}":"\\ud800"}`;
        const broken = await send(method, filled(path), { token: at.admin.token, raw: surrogate, headers: { 'content-type': 'application/json' } });
        assert.ok([400, 401, 404].includes(broken.status), `${method} ${path}, ${field} is half a character: ${broken.text}`);
        const values = { 'a number': 5, 'a list': ['x'], 'an object': { $gt: '' }, 'a flag': true, 'a NUL': 'abc\0def',
          'a hundred thousand characters': 'x'.repeat(60_000), ...(isRequired ? { missing: undefined, null: null } : {}) };
        for (const [what, value] of Object.entries(values)) {
          const body = { ...goodBody(name), [field]: value };
          const answer = await send(method, filled(path), { token: at.admin.token, body });
          ++tried;
          const isId = ['NewRoom', 'NewMember'].includes(name) && answer.status === 404;
          const isCode = name === 'JoinCode' && answer.status === 401;
          assert.ok(answer.status === 400 || isId || isCode, `${method} ${path}, ${field} is ${what}: ${answer.status} ${answer.text}`);
          if (answer.status === 400 && !['SignIn', 'VerifyCode'].includes(name)) {
            assert.match(answer.body.message, /^Validation error : |^Invalid/, `${method} ${path}, ${field} is ${what}`);
          }
        }
      }
    }
    assert.ok(tried > 250, `${tried} bodies`);
  });

  it('with a query that is none are 400', async () => {
    for (const { method, path, spec } of operations) {
      for (const { name, in: place, schema } of spec.parameters.filter((one) => one.in === 'query')) {
        if (schema.type === 'integer') {
          for (const value of ['x', '', '1e5', '-', '0x10', '1;DROP TABLE users']) {
            const answer = await send(method, `${filled(path)}?${name}=${encodeURIComponent(value)}&q=x`, { token: at.admin.token });
            assert.equal(answer.status, 400, `${method} ${path}, ${name}=${value}: ${answer.text}`);
          }
        }
        for (const value of ['%00', '%ff', '%', "'; DROP TABLE users; --", '%0d%0aSet-Cookie: x']) {
          const answer = await send(method, `${filled(path)}?${name}=${value}`, { token: at.admin.token });
          assert.ok(answer.status < 500, `${method} ${path}, ${name}=${value} (${place}): ${answer.text}`);
          assert.equal(answer.headers.get('set-cookie'), null);
        }
      }
    }
  });

  it('with a path that plays tricks reach nothing', async () => {
    for (const path of ['/api/v1/../../etc/passwd', '/api/v1/users/%2e%2e/%2e%2e/x', '//api/v1/room', '/api/v1//room',
      '/api/v1/room/%2e', '/api/v1/files/%2e%2e%2f%2e%2e%2frookery.db', '/..%5c..%5crookery.db', '/docs/../rookery.db', '/%61pi/v1/room/../..']) {
      const answer = await once(at.server, 'GET', path, { headers: { 'access-token': at.admin.token } });
      assert.ok([403, 404, 400].includes(answer.status), `${path}: ${answer.status}`);
    }
  });

  it('have changed nothing', async () => {
    assert.deepEqual(await stateOf(at), at.state);
  });

  it('twice at once have one winner, and the store stays whole', async () => {
    const one = await makeUser(at.server);
    const other = await makeUser(at.server);
    const at_once = (times, run) => Promise.all(Array.from({ length: times }, run));
    const rooms = await at_once(6, (_, i) => call(at.server, 'POST', '/room',
      i % 2 ? { token: one.token, body: { recieverId: other.id } } : { token: other.token, body: { recieverId: one.id } }));
    assert.equal(new Set(rooms.map(({ body }) => body.data._id)).size, 1);
    const space = await makeWorkspace(at.server, one);
    const channels = await at_once(5, () => call(at.server, 'PUT', `/workspace/${space.id}/channel`,
      { token: one.token, body: { channelName: 'same' } }));
    assert.deepEqual(channels.map(({ status }) => status).sort(), [200, 403, 403, 403, 403]);
    const joins = await at_once(4, () => call(at.server, 'PUT', `/workspace/join/${space.id}`,
      { token: other.token, body: { joinCode: space.joinCode } }));
    assert.deepEqual(joins.map(({ status }) => status).sort(), [200, 409, 409, 409]);
    const after = (await call(at.server, 'GET', `/workspace/${space.id}`, { token: one.token })).body.data;
    assert.equal(after.members.length, 2);
    const ends = await Promise.all([
      call(at.server, 'DELETE', `/workspace/${space.id}`, { token: one.token }),
      call(at.server, 'DELETE', `/workspace/${space.id}`, { token: one.token }),
      call(at.server, 'PUT', `/workspace/${space.id}/channel`, { token: one.token, body: { channelName: 'late' } }),
      call(at.server, 'PUT', `/workspace/join/${space.id}`, { token: other.token, body: { joinCode: space.joinCode } }),
    ]);
    for (const { status, text } of ends) assert.ok(status < 500, text);
    assert.ok(ends.some(({ status }) => status === 202));
    assert.equal((await call(at.server, 'GET', `/workspace/${space.id}`, { token: one.token })).status, 404);
    assert.equal((await call(at.server, 'GET', '/workspace', { token: one.token })).body.data.data.length, 0);
    const { presignedUrl } = await presign(at.server, one, 'same');
    const puts = await at_once(4, () => fetch(presignedUrl, { method: 'PUT', body: 'x'.repeat(100_000) }));
    assert.deepEqual(puts.map(({ status }) => status).sort(), [200, 409, 409, 409]);
  });
});
