// Who is let in, who is refused with which words, and what a user's devices hear of each other.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client, connect, personalRoom, refusal, settled } from './support/client.mjs';
import { keys } from './support/keys.mjs';
import { makeRoom, makeUser, makeUsers, makeWorkspace } from './support/rest.mjs';
import { rookery } from './support/server.mjs';
import { assertKeys, assertTime } from './support/shapes.mjs';
import { bothTransports, useServer } from './support/suite.mjs';
import { claimsOf, forge, seconds, unsigned } from './support/tokens.mjs';
import { eventually } from './support/wait.mjs';

const secret = 'a secret of the tests, long enough for HS256';

const joinRoom = async (client, roomId) => {
  const answer = await client.ask('joinRoom', { roomId });
  assert.equal(answer.success, true, answer.message);
  return answer;
};

for (const transport of bothTransports) {
  describe(`the token, over ${transport}`, () => {
    const at = useServer({ set: { [keys.secret]: secret } }, async (it) => {
      it.user = await makeUser(it.server);
    });
    const transports = [transport];
    const claims = () => ({ id: at.user.id, email: at.user.email, username: at.user.username,
      exp: seconds() + 600 });
    const invalid = async (token) => {
      for (const how of [{ token }, { auth: {}, extraHeaders: { 'access-token': token } }]) {
        const error = await refusal(at.server, { ...how, transports });
        assert.equal(error.message, 'Authentication error: Invalid token');
        assert.deepEqual(error.data, { code: 'UNAUTHENTICATED' });
      }
    };

    it('is taken from auth.token', async () => {
      const client = await connect(at.server, at.user, { transports });
      await joinRoom(client, personalRoom(at.user));
      client.close();
    });

    it('is taken from the header access-token', async () => {
      const client = await connect(at.server, at.user,
        { auth: {}, extraHeaders: { 'access-token': at.user.token }, transports });
      await joinRoom(client, personalRoom(at.user));
      client.close();
    });

    it('is taken from the header first', async () => {
      const other = await makeUser(at.server);
      const client = await connect(at.server, at.user,
        { token: other.token, extraHeaders: { 'access-token': at.user.token }, transports });
      await joinRoom(client, personalRoom(at.user));
      const theirs = await client.ask('joinRoom', { roomId: personalRoom(other) });
      assert.equal(theirs.code, 'FORBIDDEN');
      client.close();
    });

    it('carries id, email, username and an end', () => {
      const has = claimsOf(at.user.token);
      assert.equal(has.id, at.user.id);
      assert.equal(has.email, at.user.email);
      assert.equal(has.username, at.user.username);
      assert.ok(has.exp > seconds() + 23 * 3600 && has.exp <= seconds() + 24 * 3600 + 60);
    });

    it('may be signed by whoever knows the configured secret', async () => {
      const client = await connect(at.server, at.user, { token: forge(claims(), secret), transports });
      await joinRoom(client, personalRoom(at.user));
      client.close();
    });

    it('is required', async () => {
      for (const auth of [{}, { token: '' }, { token: null }]) {
        const error = await refusal(at.server, { auth, transports });
        assert.equal(error.message, 'Authentication error: Token is required', JSON.stringify(auth));
      }
    });

    it('is refused when forged with another secret', () =>
      invalid(forge(claims(), 'another secret, also long enough for it')));
    it('is refused when its claims were changed', async () => {
      const other = await makeUser(at.server);
      const [head, , signature] = at.user.token.split('.');
      const payload = other.token.split('.')[1];
      await invalid(`${head}.${payload}.${signature}`);
    });
    it('is refused when expired', () => invalid(forge({ ...claims(), exp: seconds() - 5 }, secret)));
    it('is refused without an end', () => invalid(forge({ ...claims(), exp: undefined }, secret)));
    it('is refused when the end is no number', () =>
      invalid(forge({ ...claims(), exp: '9999999999' }, secret)));
    it('is refused with alg none', () => invalid(unsigned(claims())));
    it('is refused with alg none and a signature', () =>
      invalid(forge(claims(), secret, { alg: 'none', typ: 'JWT' })));
    it('is refused with an algorithm that was not asked for', () =>
      invalid(forge(claims(), secret, { alg: 'HS512', typ: 'JWT' })));
    it('is refused for a user that does not exist', () =>
      invalid(forge({ ...claims(), id: 'ffffffffffffffffffffffff' }, secret)));
    it('is refused for an id of the wrong shape', async () => {
      for (const id of [7, null, '', '../x', { $ne: 1 }, [at.user.id], undefined]) {
        await invalid(forge({ ...claims(), id }, secret));
      }
    });
    it('is refused when it is rubbish', async () => {
      for (const token of ['x', 'a.b', 'a.b.c', '..', `${at.user.token}.`, `${at.user.token}x`,
        'x'.repeat(4_000)]) {
        await invalid(token);
      }
    });
    it('is refused when it is no string', async () => {
      for (const token of [1, true, {}, ['x'], { token: at.user.token }]) {
        const error = await refusal(at.server, { auth: { token }, transports });
        assert.match(error.message, /^Authentication error: (Invalid token|Token is required)$/);
      }
    });

    it('lets the connection try again after a refusal', async () => {
      await refusal(at.server, { token: 'x', transports });
      const client = await connect(at.server, at.user, { transports });
      await settled(client);
      client.close();
    });
  });
}

describe('rookery token', () => {
  const at = useServer({}, async (it) => {
    it.user = await makeUser(it.server);
  });

  it('prints a token that the running server takes, by name and by id', async () => {
    for (const who of [at.user.username, at.user.id]) {
      const { code, stdout, stderr } = await rookery(['token', '--user', who, '--data', at.server.data]);
      assert.equal(code, 0, stderr);
      const client = await connect(at.server, at.user, { token: stdout.trim() });
      await settled(client);
      client.close();
    }
  });

  it('lives as long as was asked', async () => {
    const { code, stdout, stderr } = await rookery(
      ['token', '--user', at.user.username, '--ttl', '2h', '--data', at.server.data]);
    assert.equal(code, 0, stderr);
    const { exp } = claimsOf(stdout.trim());
    assert.ok(exp > seconds() + 7100 && exp < seconds() + 7300);
  });

  it('fails for somebody unknown', async () => {
    const { code, lines } = await rookery(['token', '--user', 'nobody.at.all', '--data', at.server.data]);
    assert.notEqual(code, 0);
    assert.match(lines.join('\n'), /nobody\.at\.all/);
  });
});

describe('the devices of a user', () => {
  const at = useServer({}, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
  });

  it('hear of each other', async () => {
    const user = await makeUser(at.server);
    const first = await connect(at.server, user);
    const second = await connect(at.server, user);

    const elsewhere = await first.hear('accountLoggedInElsewhere');
    assertKeys(elsewhere, ['message', 'newSocketId', 'userId', 'timestamp']);
    assert.equal(elsewhere.newSocketId, second.id);
    assert.equal(elsewhere.userId, user.id);
    assertTime(elsewhere.timestamp);

    const already = await second.hear('accountAlreadyLoggedIn');
    assertKeys(already, ['message', 'previousSocketId', 'userId', 'timestamp']);
    assert.equal(already.previousSocketId, first.id);
    assert.equal(already.userId, user.id);
    assertTime(already.timestamp);

    const third = await connect(at.server, user);
    for (const older of [first, second]) {
      await older.hear('accountLoggedInElsewhere', (it) => it.newSocketId === third.id);
    }
    await third.hear('accountAlreadyLoggedIn', (it) => [first.id, second.id].includes(it.previousSocketId));
    await settled(first, second, third);
    assert.equal(first.all('accountAlreadyLoggedIn').length, 0, 'the first one was alone');
    assert.equal(third.all('accountLoggedInElsewhere').length, 0, 'the newest one is not told of itself');
    [first, second, third].forEach((client) => client.close());
  });

  it('are not told anything when a user connects for the first time', async () => {
    const user = await makeUser(at.server);
    const client = await connect(at.server, user);
    await settled(client);
    for (const event of ['reconnected', 'accountAlreadyLoggedIn', 'accountLoggedInElsewhere']) {
      assert.equal(client.all(event).length, 0, event);
    }
    client.close();
  });

  for (const transport of bothTransports) {
    it(`get back into their rooms and channels when they return, over ${transport}`, async () => {
      const options = { transports: [transport] };
      const first = await connect(at.server, at.ada, options);
      const reader = await connect(at.server, at.bob);
      await joinRoom(first, at.room._id);
      await first.ask('JoinChannel', { channelId: at.space.general.id });
      const old = first.id;
      first.cut();
      await first.until(() => first.disconnects.length > 0, 'the cut');
      await eventually(async () => {
        const user = new Client(at.server, at.ada, options);
        await user.connect();
        const heard = await user.hear('reconnected');
        await settled(user);
        // Until the server has noticed the cut, the old socket still counts as connected.
        if (user.all('accountAlreadyLoggedIn').length > 0 && heard.previousSocketId === old) {
          user.close();
          return false;
        }
        assertKeys(heard, ['message', 'rooms', 'previousSocketId']);
        assert.ok(heard.rooms.includes(at.room._id), 'the room is among the rooms');
        assert.ok(heard.rooms.includes(at.space.general.id), 'the channel is among the rooms');

        await reader.ask('NewMessage', { channelId: at.space.general.id, body: 'without joining again' });
        await user.hear('NewMessageReceived', (message) => message.body === 'without joining again');
        const again = await joinRoom(user, at.room._id);
        assert.equal(again.data.alreadyJoined, true);
        assert.equal(again.message, 'Already in the room');
        user.close();
        return true;
      }, 'a return that finds the old socket gone');
      reader.close();
    });
  }

  it('are told "reconnected" also while the old one is still there', async () => {
    const first = await connect(at.server, at.ada);
    await joinRoom(first, at.room._id);
    const second = await connect(at.server, at.ada);
    const heard = await second.hear('reconnected');
    assert.equal(heard.previousSocketId, first.id);
    assert.ok(heard.rooms.includes(at.room._id));
    first.close();
    second.close();
  });
});

describe('after the grace period', () => {
  const at = useServer({ set: { [keys.reconnectGrace]: 1 } }, async (it) => {
    [it.ada, it.bob] = await makeUsers(it.server, 2);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
  });

  it('a return is an ordinary connection, but memberships hold', async () => {
    const first = await connect(at.server, at.ada);
    await joinRoom(first, at.room._id);
    await first.ask('JoinChannel', { channelId: at.space.general.id });
    first.close();
    const reader = await connect(at.server, at.bob);
    const later = await eventually(async () => {
      const client = await connect(at.server, at.ada);
      await settled(client);
      if (client.all('reconnected').length === 0) return client;
      client.close();
      return undefined;
    }, 'a connection after the grace period');

    await reader.ask('NewMessage', { channelId: at.space.general.id, body: 'still a member' });
    await later.hear('NewMessageReceived', (message) => message.body === 'still a member');
    const answer = await joinRoom(later, at.room._id);
    assert.equal(answer.data.alreadyJoined, false);
    assert.equal(answer.message, 'Successfully joined the room');
  });
});
