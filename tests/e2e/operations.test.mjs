// What an operator sees: health, metrics, who is connected, the log.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, personalRoom, settled } from './support/client.mjs';
import { keys } from './support/keys.mjs';
import { call, makeRoom, makeUsers, makeWorkspace, metric } from './support/rest.mjs';
import { rookery } from './support/server.mjs';
import { assertKeys, assertTime } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';
import { eventually } from './support/wait.mjs';

describe('the operator', () => {
  const at = useServer({ set: { [keys.logLevel]: 'debug' } }, async (it) => {
    [it.ada, it.bob, it.admin] = await makeUsers(it.server, 3);
    it.room = await makeRoom(it.server, it.ada, it.bob);
    it.space = await makeWorkspace(it.server, it.ada, [it.bob]);
  });

  it('asks /ping, /healthz and /readyz', async () => {
    const ping = await call(at.server, 'GET', '/ping');
    assert.equal(ping.status, 200);
    assertKeys(ping.body, ['message']);
    assert.equal((await call(at.server, 'GET', '/healthz')).status, 200);
    assert.equal((await call(at.server, 'GET', '/readyz')).status, 200);
  });

  it('reads metrics in the format of Prometheus', async () => {
    const { status, text, headers } = await call(at.server, 'GET', '/metrics');
    assert.equal(status, 200);
    assert.match(headers.get('content-type'), /^text\/plain/);
    for (const line of text.split('\n').filter(Boolean)) {
      assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[^}]*\})? (\d+(\.\d+)?(e[+-]?\d+)?|\+Inf|NaN))$/i);
    }
    const types = Object.fromEntries([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));
    const wanted = { rookery_connections: 'gauge', rookery_events_total: 'counter', rookery_deliveries_total: 'counter',
      rookery_emit_latency_seconds: 'histogram', rookery_commit_latency_seconds: 'histogram',
      rookery_store_queue_records: 'gauge', rookery_store_reads_total: 'counter',
      rookery_store_statements_total: 'counter', rookery_drops_total: 'counter' };
    for (const [name, type] of Object.entries(wanted)) assert.equal(types[name], type, name);
    assert.match(text, /^rookery_drops_total\{reason="[a-z_]+"\} \d+$/m);
  });

  it('sees connections come and go', async () => {
    const before = await metric(at.server, 'rookery_connections');
    const clients = await Promise.all([at.ada, at.bob, at.bob].map((user) => connect(at.server, user)));
    await settled(...clients);
    assert.equal(await metric(at.server, 'rookery_connections'), before + 3);
    clients.forEach((client) => client.close());
    await eventually(async () => await metric(at.server, 'rookery_connections') === before, 'the connections to go');
  });

  it('sees events, deliveries and latencies counted', async () => {
    const [ada, bob] = [await connect(at.server, at.ada), await connect(at.server, at.bob)];
    await settled(ada, bob);
    const names = ['rookery_events_total', 'rookery_deliveries_total', 'rookery_emit_latency_seconds_count',
      'rookery_commit_latency_seconds_count', 'rookery_store_statements_total'];
    const read = async () => Promise.all(names.map((name) => metric(at.server, name)));
    const before = await read();
    for (let number = 0; number < 10; number++) {
      await ada.ask('roomMessage', { roomId: at.room._id, body: `number ${number}` });
    }
    await settled(bob);
    const grown = (await read()).map((value, index) => value - before[index]);
    assert.equal(grown[0], 11, 'ten events and one to settle');
    assert.ok(grown[1] >= 40, `to two sockets, ten messages and as many confirmations: ${grown[1]}`);
    assert.equal(grown[2], 10, 'emit latencies');
    assert.equal(grown[3], 10, 'commit latencies');
    assert.ok(grown[4] > 0, 'statements');
    const { text } = await call(at.server, 'GET', '/metrics');
    for (const name of ['rookery_emit_latency_seconds', 'rookery_commit_latency_seconds']) {
      const buckets = [...text.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)$`, 'gm'))];
      const counts = buckets.map(([, , count]) => Number(count));
      assert.ok(buckets.length > 5);
      assert.equal(buckets.at(-1)[1], '+Inf');
      assert.deepEqual(counts, [...counts].sort((a, b) => a - b), 'buckets are cumulative');
      assert.equal(counts.at(-1), await metric(at.server, `${name}_count`));
      assert.ok(await metric(at.server, `${name}_sum`) > 0);
    }
    assert.equal(await metric(at.server, 'rookery_store_queue_records'), 0, 'all is committed');
    ada.close();
    bob.close();
  });

  it('sees drops by their reason', async () => {
    const client = await connect(at.server, at.ada);
    const before = await metric(at.server, 'rookery_drops_total', 'reason="invalid_payload"');
    for (let number = 0; number < 3; number++) await client.ask('roomMessage', number);
    assert.equal(await metric(at.server, 'rookery_drops_total', 'reason="invalid_payload"') - before, 3);
    client.close();
  });

  it('sees who is connected, as an admin only', async () => {
    const denied = async (options, ...statuses) => {
      const { status, text } = await call(at.server, 'GET', '/debug/sockets', options);
      assert.ok(statuses.includes(status), `${status}`);
      assert.equal(text.includes(at.ada.email), false);
    };
    await denied({}, 401, 403);
    await denied({ token: 'x' }, 401, 403);
    await denied({ token: at.admin.token }, 401, 403);
    const made = await rookery(['user', 'admin', at.admin.username, '--data', at.server.data]);
    assert.equal(made.code, 0, made.stderr);

    const [one, two, bob] = [await connect(at.server, at.ada), await connect(at.server, at.ada), await connect(at.server, at.bob)];
    await one.ask('joinRoom', { roomId: at.room._id });
    await bob.ask('JoinChannel', { channelId: at.space.general.id });
    const read = async () => (await call(at.server, 'GET', '/debug/sockets', { token: at.admin.token })).body;
    // Sockets of the tests before may still be on their way out.
    const seen = await eventually(async () => {
      const body = await read();
      return body?.stats?.totalSockets === 3 && body;
    }, 'three sockets');
    assertKeys(seen, ['stats', 'users', 'timestamp']);
    assertKeys(seen.stats, ['totalUsers', 'totalRooms', 'totalSockets']);
    assert.equal(seen.stats.totalUsers, 2);
    assert.ok(seen.stats.totalRooms >= 2);
    assertTime(seen.timestamp);
    const ada = seen.users.find(({ userId }) => userId === at.ada.id);
    assertKeys(ada, ['userId', 'email', 'username', 'socketIds', 'rooms']);
    assert.deepEqual([...ada.socketIds].sort(), [one.id, two.id].sort());
    assert.equal(ada.email, at.ada.email);
    assert.equal(ada.username, at.ada.username);
    assert.ok(ada.rooms.includes(at.room._id) && ada.rooms.includes(personalRoom(at.ada)), ada.rooms.join());
    assert.ok(seen.users.find(({ userId }) => userId === at.bob.id).rooms.includes(at.space.general.id));
    [one, two, bob].forEach((client) => client.close());
    await eventually(async () => (await read()).users.length === 0, 'nobody');
  });

  it('sees what the server keeps in memory, and what bounds it', async () => {
    const read = async () => (await call(at.server, 'GET', '/debug/memory', { token: at.admin.token })).body;
    const of = (body, part) => body.parts.find((one) => one.part === part);
    const before = await read();
    assertKeys(before, ['process', 'parts', 'timestamp']);
    assert.ok(before.process.residentBytes > before.process.heapBytes && before.process.heapBytes > 0);
    for (const one of before.parts) {
      assertKeys(one, ['part', 'items', 'bytes', 'bytesPerItem', 'bound']);
      assert.ok(one.bound.length > 0, one.part);
    }
    const clients = await Promise.all([at.ada, at.ada, at.bob].map((user) => connect(at.server, user)));
    await clients[0].ask('joinRoom', { roomId: at.room._id });
    const now = await read();
    for (const part of ['sessions', 'sockets', 'users', 'rooms', 'conversations', 'presence', 'users that were read']) {
      assert.ok(of(now, part).items > 0 && of(now, part).bytes > 0, part);
    }
    assert.ok(of(now, 'sockets').items >= 3);
    clients.forEach((client) => client.close());
    await eventually(async () => of(await read(), 'sockets').items === 0, 'no socket');
  });

  it('reads a log of JSON lines with socket, user and conversation', async () => {
    const client = await connect(at.server, at.ada);
    await client.ask('roomMessage', { roomId: at.room._id, body: 'the body of a message is never logged' });
    await client.ask('roomMessage', 'the payload of a bad event is never logged');
    const line = await at.server.logLine((text) => text.includes(at.room._id) && text.includes(client.id),
      'the message');
    const entry = JSON.parse(line);
    assert.equal(entry.socket, client.id);
    assert.equal(entry.user, at.ada.id);
    assert.equal(entry.conversation, at.room._id);
    assert.ok(Object.keys(entry).some((key) => /Ms$/.test(key)), `its timing: ${line}`);
    // The address is for people and scripts: a line of its own, whatever the format of the log.
    for (const text of at.server.lines.filter((one) => !one.startsWith('listening on '))) {
      assert.doesNotThrow(() => JSON.parse(text), text);
      assert.equal(text.includes('never logged'), false);
      assert.equal(text.includes(at.ada.token) || text.includes(at.ada.password), false, 'no secrets');
    }
    client.close();
  });
});

describe('the page', () => {
  const at = useServer();

  it('is served at /', async () => {
    const answer = await call(at.server, 'GET', '/');
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'), /^text\/html/);
    assert.match(answer.text, /<!doctype html>/i);
    for (const [, path] of answer.text.matchAll(/(?:src|href)="(?!https?:|data:|#)([^"]+)"/g)) {
      const { status } = await fetch(new URL(path, `${at.server.url}/`));
      assert.equal(status, 200, path);
    }
  });
});
