// Sign-up, sign-in, and the token over REST.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { keys } from './support/keys.mjs';
import { call, freshName, makeUser } from './support/rest.mjs';
import { assertAvatar, assertKeys, assertUser, envelopeA, envelopeB, failure } from './support/shapes.mjs';
import { rookery, startServer } from './support/server.mjs';
import { useServer } from './support/suite.mjs';
import { claimsOf, forge, seconds, unsigned } from './support/tokens.mjs';

const secret = 'a secret of the tests, long enough for HS256';
const account = () => {
  const username = freshName();
  return { username, email: `${username}@example.org`, password: 'A password-1' };
};

describe('signing up', () => {
  const at = useServer();
  const signUp = (body, options = {}) => call(at.server, 'POST', '/users/signup', { body, ...options });

  it('answers the user, without the password', async () => {
    const one = account();
    const answer = await signUp(one);
    assertUser(envelopeA(answer), one);
    assert.equal(answer.body.data.name, '');
    assert.equal(answer.body.data.about, '');
    assert.equal(answer.text.includes(one.password), false);
    assert.equal(/argon2|\$/.test(answer.text), false, 'nor its hash');
  });

  it('answers 409 for a name or an email that is taken', async () => {
    const one = account();
    await signUp(one);
    failure(await signUp({ ...account(), username: one.username }), 409);
    failure(await signUp({ ...account(), email: one.email }), 409);
    failure(await signUp(one), 409);
  });

  it('gives a name to one of many who ask at once', async () => {
    const one = account();
    const answers = await Promise.all(Array.from({ length: 6 }, () => signUp(one)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409]);
  });

  const bad = {
    'no email': { email: undefined }, 'an email without @': { email: 'x' }, 'email null': { email: null },
    'an email that is a number': { email: 5 }, 'an email that is an object': { email: { $ne: 1 } },
    'no username': { username: undefined }, 'a username of two characters': { username: 'ab' },
    'a username with a space': { username: 'a b c' }, 'a username with a slash': { username: 'a/b' },
    'a username with an umlaut': { username: 'jürgen' }, 'a username with a NUL': { username: 'abc\0' },
    'an enormous username': { username: 'x'.repeat(10_000) }, 'a username that is an array': { username: ['abc'] },
    'no password': { password: undefined }, 'an empty password': { password: '' },
    'a password that is a number': { password: 12345678 }, 'an enormous email': { email: `${'x'.repeat(10_000)}@x.org` },
  };
  for (const [what, change] of Object.entries(bad)) {
    it(`answers 400 for ${what}`, async () => {
      failure(await signUp({ ...account(), ...change }), 400, /^Validation error : /);
    });
  }

  it('explains one by one what is wrong', async () => {
    const err = failure(await signUp({ username: 'a', email: 'x', password: '' }), 400, /^Validation error : /);
    assert.ok(Array.isArray(err), JSON.stringify(err));
    assert.equal(err.length, 3, 'one explanation per field');
  });

  it('takes names of letters, digits, -, _ and .', async () => {
    const end = randomBytes(4).toString('hex');
    for (const username of [`A-z_0.9${end}`, `...${end}`, `---${end}`]) {
      envelopeA(await signUp({ ...account(), username }));
    }
  });

  const json = JSON.stringify;
  it('answers 400 for a body that is no JSON object', async () => {
    for (const raw of ['', '{', 'null', '[]', '"x"', '7', '{"a":}', `{"username":"${'\\'}ud800"}`, '\xff']) {
      failure(await signUp(undefined, { raw, headers: { 'content-type': 'application/json' } }), 400);
    }
  });

  it('answers 415 for another content type', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x']) {
      failure(await signUp(undefined, { raw: json(account()), headers: { 'content-type': type } }), 415);
    }
  });

  it('takes application/json with a charset', async () => {
    envelopeA(await signUp(undefined,
      { raw: json(account()), headers: { 'content-type': 'application/json; charset=utf-8' } }));
  });

  it('answers 413 for a body that is too large', async () => {
    const answer = await signUp({ ...account(), username: 'x'.repeat(20_000_000) })
      .catch((error) => ({ status: 413, refused: error }));
    assert.equal(answer.status, 413);
    if (!answer.refused) failure(answer, 413);
  });

  it('answers 404 for an unknown path and 404 or 405 for an unknown method', async () => {
    const none = await call(at.server, 'GET', '/no/such/path', { token: (await makeUser(at.server)).token });
    failure(none, 404);
    assert.ok([403, 404, 405].includes((await call(at.server, 'DELETE', '/users/signup')).status));
  });
});

describe('signing in', () => {
  const at = useServer({}, async (it) => {
    it.user = await makeUser(it.server);
  });
  const signIn = (body) => call(at.server, 'POST', '/users/signin', { body });

  it('is 403 for an account that is disabled', async () => {
    const user = await makeUser(at.server);
    assert.equal((await rookery(['user', 'disable', user.username, '--data', at.server.data])).code, 0);
    failure(await signIn({ loginType: 'username', username: user.username, password: user.password }), 403);
  });

  it('is limited by account, from wherever and whether it exists or not', async () => {
    const server = await startServer({ set: { 'limits.attempts.rate': 0.001, 'limits.attempts.burst': 3 } });
    try {
      const user = await makeUser(server);
      for (const username of [user.username, 'nobody-of-that-name']) {
        const tries = [];
        for (let i = 0; i < 4; ++i) {
          tries.push(await call(server, 'POST', '/users/signin', { body: { loginType: 'username',
            username: i % 2 ? username.toUpperCase() : username, password: 'wrong' } }));
        }
        const limited = tries.find(({ status }) => status === 429);
        assert.equal(tries.at(-1).status, 429, username);
        assert.ok(Number(limited.headers.get('retry-after')) > 0);
      }
      const another = await makeUser(server);
      assert.ok(another.token, 'others are not touched');
    } finally {
      await server.close();
    }
  });

  it('works by username and by email', async () => {
    const { username, email, password } = at.user;
    for (const body of [{ loginType: 'username', username, password }, { loginType: 'email', email, password }]) {
      const data = envelopeB(await signIn(body), 202);
      assertKeys(data, ['id', 'username', 'email', 'avatar', 'name', 'about', 'token']);
      assert.deepEqual({ id: data.id, username: data.username, email: data.email, name: data.name, about: data.about },
        { id: at.user.id, username, email, name: '', about: '' });
      assertAvatar(data.avatar);
      const claims = claimsOf(data.token);
      assert.equal(claims.id, at.user.id);
      assert.equal(claims.username, username);
      assert.equal(claims.email, email);
      assert.ok(claims.exp > seconds() + 86_000 && claims.exp < seconds() + 86_800, 'a token lives one day');
    }
  });

  it('answers 404 for an unknown user and 400 for a wrong password', async () => {
    const { username, email, password } = at.user;
    failure(await signIn({ loginType: 'username', username: 'nobody.at.all', password }), 404);
    failure(await signIn({ loginType: 'email', email: 'nobody@example.org', password }), 404);
    for (const wrong of [`${password} `, password.slice(1), 'x', password.toUpperCase()]) {
      failure(await signIn({ loginType: 'username', username, password: wrong }), 400);
      failure(await signIn({ loginType: 'email', email, password: wrong }), 400);
    }
  });

  it('answers 400 for a body that breaks a rule', async () => {
    const { username, password } = at.user;
    for (const body of [{}, { loginType: 'fax', username, password }, { loginType: 'username', password },
      { loginType: 'username', username }, { loginType: 'username', username: { $ne: 1 }, password },
      { loginType: 'username', username, password: 7 }, { loginType: ['username'], username, password }]) {
      failure(await signIn(body), 400, /^Validation error : /);
    }
  });
});

describe('the token over REST', () => {
  const at = useServer({ set: { [keys.secret]: secret } }, async (it) => {
    it.user = await makeUser(it.server);
  });
  const rooms = (options) => call(at.server, 'GET', '/room', options);

  it('is taken from access-token and from Authorization', async () => {
    envelopeA(await rooms({ token: at.user.token }));
    envelopeA(await rooms({ headers: { authorization: `Bearer ${at.user.token}` } }));
  });

  it('is required: 403', async () => {
    for (const [method, path] of [['GET', '/room'], ['POST', '/room'], ['GET', '/workspace'], ['POST', '/workspace'],
      ['GET', '/workspace/joincode?joinCode=X'], ['GET', '/directMessages/x'], ['GET', '/messages/x'],
      ['GET', '/conversations/x/messages'], ['PUT', '/workspace/join/x']]) {
      failure(await call(at.server, method, path, method === 'GET' ? {} : { body: {} }), 403, 'Token is required');
    }
  });

  it('is refused when bad, forged, expired, unsigned or of nobody: 403', async () => {
    const claims = { id: at.user.id, email: at.user.email, username: at.user.username, exp: seconds() + 600 };
    envelopeA(await rooms({ token: forge(claims, secret) }));
    for (const token of ['x', 'a.b.c', forge(claims, 'another secret, as long as the first'), unsigned(claims),
      forge(claims, secret, { alg: 'none', typ: 'JWT' }), forge({ ...claims, exp: seconds() - 5 }, secret),
      forge({ ...claims, id: 'ffffffffffffffffffffffff' }, secret), `${at.user.token}x`]) {
      failure(await rooms({ token }), 403, 'Invalid auth token provided');
      failure(await rooms({ headers: { authorization: `Bearer ${token}` } }), 403, 'Invalid auth token provided');
    }
  });
});

describe('the limit of log-ins', () => {
  const at = useServer({ defaultLimits: true });

  it('answers 429 with Retry-After', async () => {
    const body = { loginType: 'username', username: 'nobody.at.all', password: 'x' };
    const answers = await Promise.all(Array.from({ length: 40 }, () =>
      call(at.server, 'POST', '/users/signin', { body })));
    const limited = answers.filter(({ status }) => status === 429);
    assert.ok(limited.length > 0, 'forty at once are too many');
    assert.ok(answers.some(({ status }) => status === 404), 'the first ones pass');
    for (const answer of limited) {
      failure(answer, 429);
      assert.ok(Number(answer.headers.get('retry-after')) >= 1);
    }
    assert.equal((await call(at.server, 'GET', '/ping')).status, 200);
  });
});

describe('the limit of sign-ups', () => {
  const at = useServer({ defaultLimits: true, set: { 'limits.signups.rate': 0.001, 'limits.signups.burst': 3 } });

  it('counts the address, before anything is made', async () => {
    const answers = [];
    for (let i = 0; i < 5; i++) {
      const username = freshName();
      const body = { username, email: `${username}@example.org`, password: 'long enough 1' };
      answers.push(await call(at.server, 'POST', '/users/signup', { body }));
    }
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200, 429, 429]);
    failure(answers[3], 429);
    assert.ok(Number(answers[3].headers.get('retry-after')) >= 1);
  });
});
