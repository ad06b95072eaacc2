// `rookery import`: a deployed system comes over with its ids, its passwords and its history.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { spawn } from 'node:child_process';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectId, encode } from './support/bson.mjs';
import { closeClients, connect } from './support/client.mjs';
import { forms } from './support/mongo_dump.mjs';
import { Postgres } from './support/postgres.mjs';
import { call, readHistory, signIn } from './support/rest.mjs';
import { binary, freshFolder, rookery, startServer } from './support/server.mjs';
import { eventually } from './support/wait.mjs';

// Of crypt_blowfish's own vectors, so that nothing here hashes what it then checks.
const passwords = {
  'U*U': '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
  'U*U*': '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK',
};
const at = (minute) => new Date(Date.UTC(2024, 0, 15, 9, minute));
const ids = (count, kind) => Array.from({ length: count }, (_, index) => ObjectId.of(index + 1, kind));
const [ann, bob, cleo, ann2] = ids(4, 1);
const [space] = ids(1, 2);
const [general, random, orphan] = ids(3, 3);
const [room, secondRoom, emptyRoom] = ids(3, 4);
const nobody = ObjectId.of(99, 1);

function system() {
  const dates = { createdAt: at(0), updatedAt: at(1), __v: 0 };
  const message = (number, kind, minute, more) =>
    ({ _id: ObjectId.of(number, kind), body: `${kind}/${number}`, createdAt: at(minute), updatedAt: at(minute), ...more });
  return {
    users: [
      { _id: ann, username: 'ann', email: 'ann@example.org', password: passwords['U*U'], avatar: 'https://robohash.org/ann.png', ...dates },
      { _id: bob, username: 'bob', email: 'bob@example.org', password: passwords['U*U*'], name: 'Bob', about: 'builds', ...dates },
      { _id: cleo, username: 'cleo', email: 'cleo@example.org', password: passwords['U*U'], ...dates },
      { _id: ann2, username: 'Ann', email: 'other.ann@example.org', password: passwords['U*U'], ...dates },
    ],
    workspaces: [{ _id: space, name: 'Works', description: 'where it happens', joinCode: 'ABC123', ...dates,
      members: [{ memberId: ann, role: 'admin', _id: ObjectId.of(1, 9) }, { memberId: { _id: bob, username: 'bob' }, role: 'member' },
        { memberId: cleo.hex, role: 'member' }, { memberId: nobody, role: 'member' }],
      channels: [general, random] }],
    channels: [
      { _id: general, name: 'general', workspaceId: space, ...dates },
      { _id: random, name: 'random', ...dates },
      { _id: orphan, name: 'lost', workspaceId: ObjectId.of(5, 2), ...dates },
    ],
    rooms: [
      { _id: room, senderId: ann, recieverId: bob, status: 'active', ...dates },
      { _id: secondRoom, senderId: bob, recieverId: ann, ...dates },
      { _id: emptyRoom, senderId: ann, recieverId: cleo, status: 'muted', ...dates },
    ],
    // Not in the order of time, and two of one moment.
    messages: [5, 1, 4, 2, 3].map((number) => message(number, 5, number === 4 ? 3 : number,
      { channelId: general, workspaceId: space, senderId: number === 5 ? nobody : bob }))
      .concat([message(6, 5, 6, { channelId: orphan, senderId: bob })]),
    directmessages: [
      message(1, 6, 1, { roomId: room, senderId: ann, status: 'read' }),
      message(2, 6, 2, { roomId: { _id: secondRoom }, senderId: bob, status: 'read' }),
      message(3, 6, 3, { roomId: room, senderId: ann, status: 'unread', image: 'https://files.example/x.png', body: '' }),
      message(4, 6, 4, { roomId: secondRoom, senderId: ann, status: 'unread' }),
    ],
  };
}

const done = async (...args) => {
  const ended = await rookery(args);
  assert.equal(ended.code, 0, ended.stderr);
  return ended.stdout;
};

/** Every table but for what depends on when it was made. */
async function contentsOf(store, folder, name) {
  const out = join(folder, name);
  await done('export', ...store, '--out', out);
  const tables = {};
  for (const table of ['users', 'workspaces', 'workspace_members', 'channels', 'rooms', 'messages', 'cursors']) {
    const lines = (await readFile(join(out, `${table}.jsonl`), 'utf8')).split('\n').filter(Boolean);
    tables[table] = lines.map((line) => JSON.parse(line)).map(({ place, commit_no, ...rest }) => rest);
  }
  return tables;
}

describe('rookery import', () => {
  const own = {};
  before(async () => {
    own.folder = await freshFolder();
  });
  after(async () => {
    closeClients();
    await own.server?.close();
    await own.postgres?.close();
    await rm(own.folder, { recursive: true, force: true });
  });
  const data = (name) => join(own.folder, `data of ${name}`);
  let expected;

  for (const [name, write] of Object.entries(forms)) {
    it(`takes over a ${name}, and adds nothing the second time`, async () => {
      const store = ['--data', data(name)];
      const path = await write(join(own.folder, name), system());
      const text = await done('import', path, ...store);
      assert.match(text, /^users: 4 added, 0 known, 0 left out$/m);
      assert.match(text, /^messages: 5 added, 0 known, 1 left out$/m);
      assert.match(text, /^directmessages: 4 added, 0 known, 0 left out$/m);
      assert.match(text, /^rooms: 2 added/m);
      assert.match(text, new RegExp(`^channels ${orphan}: left out, its workspace is not there$`, 'm'));
      assert.match(text, new RegExp(`^rooms ${secondRoom}: .*${room}`, 'm'));
      assert.match(text, new RegExp(`^users ${ann2}: another user has the username`, 'm'));
      const contents = await contentsOf(store, own.folder, `${name} exported`);
      expected ??= contents;
      assert.deepEqual(contents, expected, 'every form has the same content');

      const again = await done('import', path, ...store);
      assert.ok(!/ [1-9]\d* added/.test(again), again);
      assert.match(again, /^messages: 0 added, 5 known, 1 left out$/m);
      assert.deepEqual(await contentsOf(store, own.folder, `${name} again`), expected);
    });
  }

  it('does so in PostgreSQL', async () => {
    own.postgres = await Postgres.start();
    const store = ['--data', data('postgres'), '--store', own.postgres.database('imported')];
    const path = join(own.folder, 'mongodump folder', 'dump');
    await done('import', path, ...store);
    await done('import', path, ...store);
    assert.deepEqual(await contentsOf(store, own.folder, 'postgres exported'), expected);
  });

  it('is what a server then serves: old passwords, ids, history, what was read', async () => {
    own.server = await startServer({ data: data('mongodump folder') });
    const [first, second] = [await signIn(own.server, { username: 'ann', password: 'U*U' }),
      await signIn(own.server, { username: 'bob', password: 'U*U*' })];
    const wrong = await call(own.server, 'POST', '/users/signin',
      { body: { loginType: 'username', username: 'ann', password: 'U*U*' } });
    assert.equal(wrong.status, 400);

    const history = await readHistory(own.server, { token: second }, general.hex);
    assert.deepEqual(history.map(({ _id }) => _id), [1, 2, 3, 4, 5].map((number) => ObjectId.of(number, 5).hex));
    assert.deepEqual(history.map(({ seq }) => seq), [1, 2, 3, 4, 5]);
    assert.equal(history[0].createdAt, at(1).toISOString());
    assert.equal(history[4].senderId.username, 'deleted-user');
    const rooms = (await call(own.server, 'GET', '/room', { token: first })).body.data;
    assert.equal(rooms[0].lastMessage.body, '6/4');
    const works = (await call(own.server, 'GET', `/workspace/${space}`, { token: first })).body.data;
    assert.deepEqual(works.members.map(({ memberId, role }) => [memberId.username, role]),
      [['ann', 'admin'], ['bob', 'member'], ['cleo', 'member']]);

    const client = await connect(own.server, { token: second, id: bob.hex });
    const unread = (await client.ask('getUnread', {})).data.conversations.find(({ roomId }) => roomId === room.hex);
    assert.deepEqual([unread.unread, unread.lastReadSeq, unread.lastSeq], [2, 1, 4]);
    await client.ask('joinRoom', { roomId: room.hex });
    const sent = await client.ask('roomMessage', { roomId: room.hex, senderId: bob.hex, body: 'and on' });
    assert.equal(sent.data.seq, 5);
    client.close();
  });

  it('works while the server runs, and leaves conversations in use to it', async () => {
    const grown = system();
    const late = ObjectId.of(7, 5);
    grown.messages.push({ _id: late, body: 'late', channelId: general, senderId: bob, createdAt: at(9) });
    const fresh = ObjectId.of(5, 1);
    const freshRoom = ObjectId.of(5, 4);
    grown.users.push({ _id: fresh, username: 'dora', email: 'dora@example.org', password: passwords['U*U'] });
    grown.workspaces[0].members.push({ memberId: fresh, role: 'member' });
    grown.rooms.push({ _id: freshRoom, senderId: fresh, recieverId: bob });
    grown.directmessages.push({ _id: ObjectId.of(9, 6), body: 'hi', roomId: freshRoom, senderId: fresh, status: 'unread' });
    const path = await forms['mongodump folder'](join(own.folder, 'grown'), grown);
    const text = await done('import', path, '--data', own.server.data);
    assert.match(text, /^users: 1 added, 4 known/m);
    assert.match(text, /^directmessages: 1 added, 4 known/m);
    assert.match(text, new RegExp(`^messages ${late}: left out, its conversation is in use`, 'm'));

    const token = await signIn(own.server, { username: 'dora', password: 'U*U' });
    const client = await connect(own.server, { token, id: fresh.hex });
    await client.ask('JoinChannel', { channelId: general.hex });
    const inChannel = await client.ask('NewMessage', { channelId: general.hex, body: 'new here' });
    assert.equal(inChannel.data.seq, 6, 'the number that follows what the server knows');
    await client.ask('joinRoom', { roomId: freshRoom.hex });
    const inRoom = await client.ask('roomMessage', { roomId: freshRoom.hex, senderId: fresh.hex, body: 'again' });
    assert.equal(inRoom.data.seq, 2);
    client.close();
    await own.server.stop();

    assert.match(await done('import', path, '--data', own.server.data), /^messages: 1 added, 5 known/m);
    const { messages } = await contentsOf(['--data', own.server.data], own.folder, 'grown exported');
    const added = messages.find(({ id }) => id === late.hex);
    assert.equal(added.seq, 7, 'offline it is put behind what is there');
  });

  it('reports what is damaged, with its id, and goes on', async () => {
    const broken = system();
    const badText = ObjectId.of(41, 5);
    const cut = encode({ _id: ObjectId.of(42, 5), body: 'cut', channelId: general, senderId: bob });
    cut.writeInt32LE(200, cut.length - 20); // a member that reaches behind the document's end
    broken.messages.splice(1, 0, { _id: badText, body: Buffer.from([0x66, 0xff]), channelId: general, senderId: bob },
      { _id: ObjectId.of(43, 5), body: 'zero \0', channelId: general, senderId: bob }, cut,
      { _id: ObjectId.of(44, 5), channelId: general, senderId: bob }, { body: 'no id', channelId: general, senderId: bob },
      { _id: ObjectId.of(45, 5), body: 7, channelId: 'undefined', senderId: bob });
    const path = await forms['mongodump folder'](join(own.folder, 'broken'), broken);
    const text = await done('import', path, '--data', data('broken'));
    assert.match(text, /^messages: 5 added, 0 known, 7 left out$/m);
    assert.match(text, new RegExp(`^messages ${badText}: left out, damaged`, 'm'));
    assert.match(text, new RegExp(`^messages ${ObjectId.of(43, 5)}: left out, there is a NUL in its body$`, 'm'));
    assert.match(text, new RegExp(`^messages ${ObjectId.of(44, 5)}: left out, it has no body`, 'm'));

    const lines = join(own.folder, 'lines');
    await forms.mongoexport(lines, { ...system(), messages: [] });
    const text1 = JSON.stringify({ _id: { $oid: ObjectId.of(1, 5).hex }, body: 'one', channelId: { $oid: general.hex }, senderId: { $oid: bob.hex } });
    const text2 = text1.replace(ObjectId.of(1, 5).hex, ObjectId.of(2, 5).hex);
    await writeFile(join(lines, 'messages.json'), `${text1.slice(0, -9)}\nrubbish {"a": 1}\n${text2}\n`);
    const ofLines = await done('import', lines, '--data', data('lines'));
    assert.match(ofLines, /^messages: 1 added, 0 known, 2 left out$/m);
    assert.match(ofLines, new RegExp(`^messages ${ObjectId.of(1, 5)}: left out, damaged`, 'm'));
  });

  it('says what a file lacks at its end', async () => {
    for (const [name, file] of [['mongodump folder', 'dump/slack/messages.bson'], ['mongodump --gzip', 'slack/messages.bson.gz']]) {
      const folder = join(own.folder, `short ${name}`);
      const path = await forms[name](folder, system());
      await truncate(join(folder, file), (await readFile(join(folder, file))).length - 30);
      const text = await done('import', path, '--data', data(`short ${name}`));
      assert.match(text, /^messages after byte \d+: left out, .*the rest of the file was not read$/m);
      assert.match(text, /^directmessages: 4 added/m);
    }
  });

  it('refuses what is no dump with exit code 2', async () => {
    const several = join(own.folder, 'several');
    await forms['mongodump folder'](several, system());
    await writeFile(join(several, 'dump', 'users.bson'), '');
    for (const path of [join(own.folder, 'nowhere'), own.server.data, several]) {
      const refused = await rookery(['import', path, '--data', data('nothing')]);
      assert.equal(refused.code, 2, `${path}: ${refused.stdout}${refused.stderr}`);
      assert.equal(refused.stderr.trim().split('\n').length, 1);
    }
  });

  it('can be begun again after it was killed', async () => {
    const large = system();
    large.messages = Array.from({ length: 30_000 }, (_, index) => ({ _id: ObjectId.of(index, 7), body: `message ${index}`,
      channelId: index % 2 ? general : random, senderId: ann, createdAt: at(index % 600) }));
    const path = await forms['mongodump --archive'](join(own.folder, 'large'), large);
    await done('import', path, '--data', data('whole'));
    const whole = await contentsOf(['--data', data('whole')], own.folder, 'whole exported');
    assert.equal(whole.messages.length, 30_004);

    const child = spawn(binary, ['import', path, '--data', data('killed')], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
    const wal = join(data('killed'), 'rookery.db-wal');
    await eventually(async () => (await readFile(wal).catch(() => '')).length > 4_000_000, 'some of it to be written'); // it grows a MiB ahead
    child.kill('SIGKILL');
    assert.equal(await ended, 'SIGKILL');
    const text = await done('import', path, '--data', data('killed'));
    const [, added, known] = /^messages: (\d+) added, (\d+) known/m.exec(text).map(Number);
    assert.equal(added + known, 30_000);
    assert.ok(known > 0);
    assert.deepEqual(await contentsOf(['--data', data('killed')], own.folder, 'killed exported'), whole);
  });
});
