// A message in a one-to-one room: its shapes, whom it reaches, and what is refused.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, settled } from './support/client.mjs';
import { keys } from './support/keys.mjs';
import { makeRoom, makeUser, makeUsers, readHistory, upload } from './support/rest.mjs';
import { assertConfirmed, assertKeys, assertMessageAck, assertOptimistic, assertRefused, idPattern }
  from './support/shapes.mjs';
import { bothTransports, useServer } from './support/suite.mjs';

const byBody = (body) => (message) => message.body === body;
const about = (client, pattern) =>
  client.heard.filter(({ event, args }) => /essage/.test(event) && pattern.test(args[0].body));
const bySeq = (seq) => (message) => message.seq === seq;

for (const transport of bothTransports) {
  describe(`a room message, over ${transport}`, () => {
    const options = { transports: [transport] };
    const at = useServer({ set: { [keys.imageKey]: 'the.configured-key' } }, async (it) => {
      [it.ada, it.bob, it.eve] = await makeUsers(it.server, 3);
      it.room = await makeRoom(it.server, it.ada, it.bob);
      it.where = { roomId: it.room._id };
      it.laptop = await connect(it.server, it.ada, options);
      it.phone = await connect(it.server, it.ada, options);
      it.desk = await connect(it.server, it.bob, options);
      it.tablet = await connect(it.server, it.bob, options);
      it.stranger = await connect(it.server, it.eve, options);
      it.everybody = [it.laptop, it.phone, it.desk, it.tablet, it.stranger];
    });

    it('has the shapes of the contract and reaches every device, joined or not', async () => {
      await at.desk.ask('joinRoom', at.where);
      const answer = await at.laptop.ask('roomMessage',
        { ...at.where, senderId: at.ada.id, body: 'shapes', clientMessageId: 'first-1' });

      const sent = await at.laptop.hear('roomMessageSent', byBody('shapes'));
      const expected = { where: at.where, sender: at.ada, body: 'shapes', clientMessageId: 'first-1' };
      assertOptimistic(sent, expected);
      assert.equal(sent.image, null);
      assert.equal(sent.imageKey, null);
      const own = await at.laptop.hear('roomMessageConfirmed', byBody('shapes'));
      assertConfirmed(own, { optimistic: sent, sender: at.ada, kind: 'room' });
      assert.deepEqual([own.roomId.senderId, own.roomId.recieverId].sort(), [at.ada.id, at.bob.id].sort());
      assertMessageAck(answer, own);

      for (const reader of [at.phone, at.desk, at.tablet]) {
        const received = await reader.hear('roomMessageRecieved', byBody('shapes'));
        assert.deepEqual(received, sent, 'one encoded message for all');
        assert.deepEqual(await reader.hear('roomMessageConfirmed', byBody('shapes')), own);
        const order = reader.heard.map(({ event }) => event).filter((event) => /^roomMessage/.test(event));
        assert.deepEqual(order, ['roomMessageRecieved', 'roomMessageConfirmed']);
      }
      await settled(...at.everybody);
      assert.equal(at.laptop.all('roomMessageRecieved').length, 0, 'not to the sending socket');
      assert.equal(at.phone.all('roomMessageSent').length, 0, 'to the sending socket alone');
      assert.deepEqual(about(at.stranger, /./), []);
    });

    it('is confirmed by event to a sender that gives no callback', async () => {
      at.laptop.tell('roomMessage', { ...at.where, body: 'no callback' });
      const sent = await at.laptop.hear('roomMessageSent', byBody('no callback'));
      const own = await at.laptop.hear('roomMessageConfirmed', byBody('no callback'));
      assertConfirmed(own, { optimistic: sent, sender: at.ada, kind: 'room' });
    });

    it('goes on where seq left off and never falls behind', async () => {
      const answers = await Promise.all(['one', 'two', 'three'].map((body) =>
        at.desk.ask('roomMessage', { ...at.where, body })));
      const [one, two, three] = answers.map(({ data }) => data.seq);
      assert.deepEqual([two - one, three - two], [1, 1]);
      const history = await readHistory(at.server, at.ada, at.room._id);
      assert.deepEqual(history.map(({ seq }) => seq), history.map((_, index) => index + 1));
      const joined = await at.laptop.ask('joinRoom', at.where);
      assert.equal(joined.data.lastSeq, history.length);
    });

    it('passes text, JSON and every script unchanged', async () => {
      const bodies = ['plain', ' leading and trailing ', 'line\nbreak\ttab', '<b onclick="x">&amp;</b>',
        JSON.stringify({ ops: [{ insert: 'a Quill delta\n' }] }), '"quoted" \\ back\\slash /', '{"broken":',
        'Grüße, 世界, שלום, 👩‍👩‍👧‍👦', '\u2028\u2029\u0001\u007f\u001e', 'null', '42["e",1]', '0', '\ufeffbom'];
      for (const body of bodies) {
        const answer = await at.laptop.ask('roomMessage', { ...at.where, body });
        assert.equal(answer.success, true, `${JSON.stringify(body)}: ${answer.message}`);
        assert.equal(answer.data.body, body);
        const { seq } = answer.data;
        assert.equal((await at.desk.hear('roomMessageRecieved', bySeq(seq))).body, body);
        assert.equal((await at.desk.hear('roomMessageConfirmed', bySeq(seq))).body, body);
      }
      const history = await readHistory(at.server, at.bob, at.room._id);
      assert.deepEqual(history.slice(-bodies.length).map(({ body }) => body), bodies);
    });

    it('stays two messages when two texts are equal', async () => {
      const answers = await Promise.all([1, 2].map(() =>
        at.laptop.ask('roomMessage', { ...at.where, body: 'the same' })));
      assert.notEqual(answers[0].data._id, answers[1].data._id);
      assert.notEqual(answers[0].data.tempId, answers[1].data.tempId);
      const received = await at.desk.hearMany('roomMessageRecieved', 2, byBody('the same'));
      assert.equal(received[1].seq, received[0].seq + 1);
    });

    it('is as large as 65 536 bytes and no larger', async () => {
      const largest = 'x'.repeat(65_536);
      const answer = await at.laptop.ask('roomMessage', { ...at.where, body: largest });
      assert.equal(answer.success, true, answer.message);
      const received = await at.desk.hear('roomMessageRecieved', bySeq(answer.data.seq));
      assert.equal(received.body, largest);

      for (const body of ['x'.repeat(65_537), 'é'.repeat(32_769), 'x'.repeat(900_000)]) {
        assertRefused(await at.laptop.ask('roomMessage', { ...at.where, body }), 'TOO_LARGE');
      }
      const next = await at.laptop.ask('roomMessage', { ...at.where, body: 'after the large ones' });
      assert.equal(next.data.seq, answer.data.seq + 1, 'what was refused took no number');
      await at.desk.hear('roomMessageRecieved', byBody('after the large ones'));
      assert.equal(at.desk.all('roomMessageRecieved', ({ body }) => body.length > 30_000).length, 1);
    });

    it('carries an image, and an imageKey made of file name and time', async () => {
      const cat = await upload(at.server, at.laptop.user, 'my  cat\tpicture.png');
      const answer = await at.laptop.ask('roomMessage',
        { ...at.where, body: 'look', ...cat, image: 'http://127.0.0.1/files/cat.png' });
      assert.equal(answer.success, true, answer.message);
      assert.equal(answer.data.image, 'http://127.0.0.1/files/cat.png');
      const received = await at.desk.hear('roomMessageRecieved', bySeq(answer.data.seq));
      assert.equal(received.image, answer.data.image);
      assert.match(received.imageKey, new RegExp(`^my_{1,2}cat_picture\\.png-${cat.timeStamp}-the\\.configured-key$`));
      assert.equal(answer.data.imageKey, received.imageKey);

      const other = await upload(at.server, at.laptop.user, 'a.png');
      const number = await at.laptop.ask('roomMessage',
        { ...at.where, body: 'number', ...other, timeStamp: Number(other.timeStamp) });
      assert.equal(number.data.imageKey, `a.png-${other.timeStamp}-the.configured-key`);
    });

    it('takes null and the empty string for absent where the contract says so', async () => {
      for (const nothing of [null, '']) {
        const answer = await at.laptop.ask('roomMessage', { ...at.where, body: 'nothing else',
          image: nothing, filename: nothing, timeStamp: nothing, clientMessageId: nothing, parentId: nothing });
        assert.equal(answer.success, true, answer.message);
        assert.equal(answer.data.image, null);
        assert.equal(answer.data.imageKey, null);
        assert.equal('clientMessageId' in answer.data, false);
      }
      const answer = await at.laptop.ask('roomMessage', { ...at.where, body: 'no sender', senderId: null });
      assert.equal(answer.data.senderId._id, at.ada.id);
    });

    it('counts who is online', async () => {
      const before = (await at.desk.ask('roomMessage', { ...at.where, body: 'all here' })).delivery;
      assert.equal(before.offlineUsers, 0);
      const carl = await makeUser(at.server);
      const room = await makeRoom(at.server, at.ada, carl);
      const away = (await at.laptop.ask('roomMessage', { roomId: room._id, body: 'he is away' })).delivery;
      assert.equal(away.offlineUsers, 1);
      assert.equal(away.onlineUsers, before.onlineUsers - 1);
      const there = await connect(at.server, carl, options);
      const now = (await at.laptop.ask('roomMessage', { roomId: room._id, body: 'he is here' })).delivery;
      assert.deepEqual({ ...now, notificationsSent: 0 }, { ...before, notificationsSent: 0 });
      there.close();
    });

    it('is refused from a stranger, and nothing is stored or emitted', async () => {
      const before = await readHistory(at.server, at.ada, at.room._id);
      assertRefused(await at.stranger.ask('roomMessage', { ...at.where, body: 'intruder' }), 'FORBIDDEN');
      at.stranger.tell('roomMessage', { ...at.where, body: 'intruder, silently' });
      await settled(at.stranger, at.laptop, at.desk);
      for (const client of [at.laptop, at.desk, at.stranger]) {
        assert.deepEqual(about(client, /^intruder/), []);
      }
      assert.deepEqual(await readHistory(at.server, at.ada, at.room._id), before);
    });

    it('is refused for a room that does not exist', async () => {
      const unknown = { roomId: 'ffffffffffffffffffffffff', body: 'nowhere' };
      assertRefused(await at.laptop.ask('roomMessage', unknown), 'NOT_FOUND');
    });

    it('is refused in the name of another', async () => {
      const answer = await at.laptop.ask('roomMessage', { ...at.where, senderId: at.bob.id, body: 'forged' });
      assertRefused(answer, 'FORBIDDEN', 'Invalid senderId');
      await at.laptop.ask('roomMessage', { ...at.where, senderId: at.ada.id, body: 'honest' });
      await at.desk.hear('roomMessageRecieved', byBody('honest'));
      assert.deepEqual(about(at.desk, /^forged$/), []);
    });

    it('is the same row over REST', async () => {
      const answer = await at.laptop.ask('roomMessage', { ...at.where, body: 'a row' });
      const row = (await readHistory(at.server, at.bob, at.room._id)).at(-1);
      assertKeys(row, ['_id', 'body', 'image', 'status', 'seq', 'roomId', 'senderId', 'createdAt', 'updatedAt'],
        ['clientMessageId', 'parentId', 'commitNo', 'reactions', 'editedAt', 'deletedAt', 'replyCount', 'version']);
      assert.match(row._id, idPattern);
      const { _id, seq, body, createdAt } = answer.data;
      assert.deepEqual({ ...row, senderId: row.senderId._id, roomId: row.roomId },
        { ...row, _id, seq, body, createdAt, senderId: at.ada.id, roomId: at.room._id });
    });
  });
}

describe('the limit of a body', () => {
  const at = useServer({ set: { [keys.bodyBytes]: 1_000 } });

  it('is configured', async () => {
    const [ada, bob] = await makeUsers(at.server, 2);
    const room = await makeRoom(at.server, ada, bob);
    const client = await connect(at.server, ada);
    const say = (length) => client.ask('roomMessage', { roomId: room._id, body: 'x'.repeat(length) });
    assert.equal((await say(1_000)).success, true);
    assertRefused(await say(1_001), 'TOO_LARGE');
  });
});
