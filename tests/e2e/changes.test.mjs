// What becomes of a confirmed message: edits, deletions, reactions, pins, threads; on both stores.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { closeClients, connect, settled } from './support/client.mjs';
import { Postgres } from './support/postgres.mjs';
import { call, makeRoom, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { startServer } from './support/server.mjs';
import { assertKeys, assertRefused, assertTime } from './support/shapes.mjs';

const plain = ['_id', 'seq', 'body', 'image', 'imageKey', 'status', 'senderId', 'createdAt', 'updatedAt', 'commitNo', 'version'];
const state = ['editedAt', 'deletedAt', 'pinnedAt', 'replyCount', 'lastReplyAt', 'reactions'];

for (const store of ['sqlite', 'postgresql']) {
  describe(`changes of messages, on ${store}`, () => {
    const at = {};
    before(async () => {
      if (store === 'postgresql') at.postgres = await Postgres.start();
      at.server = await startServer({ args: at.postgres ? ['--store', at.postgres.database('changes')] : [] });
      [at.ada, at.bob, at.cem, at.dan] = await makeUsers(at.server, 4);
      at.room = await makeRoom(at.server, at.ada, at.bob);
      at.space = await makeWorkspace(at.server, at.ada, [at.bob, at.cem]);
      [at.a, at.b, at.c, at.stranger] = await Promise.all(
        [at.ada, at.bob, at.cem, at.dan].map((user) => connect(at.server, user)));
      for (const client of [at.a, at.b, at.c]) await client.ask('JoinChannel', { channelId: at.space.general.id });
      at.channel = { channelId: at.space.general.id };
      at.direct = { roomId: at.room._id };
    });
    after(async () => {
      closeClients();
      await at.server?.close();
      await at.postgres?.close();
    });
    const say = async (client, place, body, more = {}) => {
      const answer = await client.ask(place.roomId ? 'roomMessage' : 'NewMessage', { ...place, body, ...more });
      assert.equal(answer.success, true, answer.message);
      return answer.data;
    };
    const done = async (client, event, payload) => {
      const answer = await client.ask(event, payload);
      assert.equal(answer.success, true, `${event}: ${answer.message}`);
      return answer.data;
    };
    const page = (client, place, more = {}) => done(client, 'getMessages', { ...place, ...more });
    const one = async (client, place, id) => (await page(client, place)).messages.find(({ _id }) => _id === id);

    it('an edit reaches everybody after its commit, with its history', async () => {
      for (const [place, readers] of [[at.direct, [at.a, at.b]], [at.channel, [at.a, at.b, at.c]]]) {
        const { _id } = await say(at.a, place, 'first');
        const data = await done(at.a, 'editMessage', { messageId: _id, body: 'second ✓' });
        assert.deepEqual([data.body, data.version, data.changed], ['second ✓', 2, true]);
        for (const client of readers) {
          const heard = await client.hear('messageEdited', ({ messageId }) => messageId === _id);
          assertKeys(heard, ['messageId', ...Object.keys(place), 'seq', 'body', 'editedAt', 'version', 'commitNo']);
          assert.deepEqual([heard.body, heard.version, heard.commitNo], ['second ✓', 2, data.commitNo]);
          assertTime(heard.editedAt);
        }
        assert.equal((await done(at.a, 'editMessage', { messageId: _id, body: 'second ✓' })).changed, false);
        await done(at.a, 'editMessage', { messageId: _id, body: 'third' });
        const { versions } = await done(at.b, 'getMessageHistory', { messageId: _id });
        assert.deepEqual(versions.map(({ version, body }) => [version, body]), [[1, 'first'], [2, 'second ✓'], [3, 'third']]);
        const stored = await one(at.b, place, _id);
        assertKeys(stored, [...plain, ...state, ...Object.keys(place)], ['workspaceId']);
        assert.deepEqual([stored.body, stored.version], ['third', 3]);
        assert.equal(stored.editedAt, versions[2].writtenAt);
        assert.equal((await readHistory(at.server, at.bob, Object.values(place)[0])).at(-1).body, 'third');
      }
    });

    it('only the sender edits; the sender or an admin of the workspace deletes', async () => {
      const ofBob = await say(at.b, at.channel, 'of bob');
      const ofAda = await say(at.a, at.channel, 'of ada');
      const inRoom = await say(at.b, at.direct, 'of bob, in the room');
      await settled(at.a, at.b);
      at.a.forget();
      const refused = async (client, event, messageId, code) =>
        assertRefused(await client.ask(event, { messageId, ...(event === 'editMessage' ? { body: 'x' } : {}) }), code);
      await refused(at.a, 'editMessage', ofBob._id, 'FORBIDDEN');
      await refused(at.c, 'deleteMessage', ofAda._id, 'FORBIDDEN');
      await refused(at.a, 'deleteMessage', inRoom._id, 'FORBIDDEN');
      for (const event of ['editMessage', 'deleteMessage', 'pinMessage', 'unpinMessage', 'getThread', 'getMessageHistory']) {
        await refused(at.stranger, event, ofAda._id, 'FORBIDDEN');
        await refused(at.c, event, inRoom._id, 'FORBIDDEN');
        await refused(at.a, event, 'f'.repeat(24), 'NOT_FOUND');
      }
      assertRefused(await at.stranger.ask('addReaction', { messageId: ofAda._id, emoji: '👍' }), 'FORBIDDEN');
      assertRefused(await at.stranger.ask('getMessages', at.channel), 'FORBIDDEN');
      await settled(at.a);
      assert.deepEqual(at.a.heard.map(({ event }) => event), [], 'nobody heard of any of it');
      assert.equal((await done(at.a, 'deleteMessage', { messageId: ofBob._id })).changed, true);
      assert.equal((await done(at.a, 'deleteMessage', { messageId: ofAda._id })).changed, true);
    });

    it('a deletion leaves a tombstone, and lists leave it out', async () => {
      const kept = await say(at.a, at.channel, 'kept');
      const gone = await say(at.a, at.channel, 'secret', { clientMessageId: `gone ${store}`, image: 'https://files.example/x.png' });
      await done(at.a, 'editMessage', { messageId: gone._id, body: 'still secret' });
      await done(at.b, 'addReaction', { messageId: gone._id, emoji: '🎉' });
      await done(at.b, 'pinMessage', { messageId: gone._id });
      const data = await done(at.a, 'deleteMessage', { messageId: gone._id });
      const heard = await at.c.hear('messageDeleted', ({ messageId }) => messageId === gone._id);
      assertKeys(heard, ['messageId', 'channelId', 'seq', 'deletedBy', 'deletedAt', 'version', 'commitNo']);
      assert.deepEqual([heard.deletedBy, heard.deletedAt], [at.ada.id, data.deletedAt]);
      const tomb = await one(at.b, at.channel, gone._id);
      assert.deepEqual([tomb.body, tomb.image, tomb.pinnedAt, tomb.reactions], ['', null, null, []]);
      assert.deepEqual([tomb.deletedBy, tomb.deletedAt], [at.ada.id, data.deletedAt]);
      assert.deepEqual((await done(at.b, 'getMessageHistory', { messageId: gone._id })).versions, []);
      assert.deepEqual((await done(at.b, 'getPins', at.channel)).messages, []);
      const listed = await readHistory(at.server, at.bob, at.channel.channelId);
      assert.ok(!listed.some(({ _id }) => _id === gone._id));
      assert.equal(listed.at(-1)._id, kept._id);

      assertRefused(await at.a.ask('deleteMessage', { messageId: gone._id }), 'CONFLICT');
      assertRefused(await at.a.ask('editMessage', { messageId: gone._id, body: 'back' }), 'CONFLICT');
      assertRefused(await at.b.ask('addReaction', { messageId: gone._id, emoji: '👍' }), 'CONFLICT');
      assertRefused(await at.b.ask('pinMessage', { messageId: gone._id }), 'CONFLICT');
      const again = await at.a.ask('NewMessage', { ...at.channel, body: 'secret', clientMessageId: `gone ${store}` });
      assert.deepEqual([again.data._id, again.data.body], [gone._id, ''], 'a resend finds the tombstone');
    });

    it('a resend of an edited message is answered with what it says now', async () => {
      const sent = await say(at.a, at.channel, 'before', { clientMessageId: `edited ${store}` });
      await done(at.a, 'editMessage', { messageId: sent._id, body: 'after' });
      const again = await say(at.a, at.channel, 'before', { clientMessageId: `edited ${store}` });
      assert.deepEqual([again._id, again.body], [sent._id, 'after']);
    });

    it('edits, deletions and reactions that cross have one order, the same for all', async () => {
      const { _id } = await say(at.a, at.channel, 'v1');
      await settled(at.b, at.c);
      at.b.forget();
      at.c.forget();
      const second = await connect(at.server, at.ada);
      const answers = await Promise.all([
        ...Array.from({ length: 10 }, (_, i) => at.a.ask('editMessage', { messageId: _id, body: `a${i}` })),
        ...Array.from({ length: 10 }, (_, i) => second.ask('editMessage', { messageId: _id, body: `s${i}` })),
        ...[at.a, at.b, at.c].map((client) => client.ask('addReaction', { messageId: _id, emoji: '👍' })),
        at.a.ask('deleteMessage', { messageId: _id })]);
      await settled(at.b, at.c);
      const events = ({ heard }) => heard.filter(({ args }) => args[0].messageId === _id)
        .map(({ event, args }) => [event, args[0].version, args[0].commitNo]);
      assert.deepEqual(events(at.b), events(at.c));
      const versions = events(at.b).map(([, version]) => version);
      assert.deepEqual(versions, versions.map((_, index) => index + 2), 'each version once, in order');
      assert.equal(events(at.b).at(-1)[0], 'messageDeleted');
      assert.equal(answers.filter(({ success }) => success).length, versions.length);
      for (const answer of answers) if (!answer.success) assertRefused(answer, 'CONFLICT');
      second.close();
    });

    it('reactions count each user once and can be taken back', async () => {
      const { _id } = await say(at.a, at.channel, 'react');
      const family = '👨‍👩‍👧‍👦';
      assert.equal((await done(at.a, 'addReaction', { messageId: _id, emoji: family })).count, 1);
      const heard = await at.c.hear('reactionAdded', ({ messageId }) => messageId === _id);
      assertKeys(heard, ['messageId', 'channelId', 'seq', 'emoji', 'userId', 'count', 'version', 'commitNo']);
      assert.deepEqual([heard.emoji, heard.userId, heard.count], [family, at.ada.id, 1]);
      assert.equal((await done(at.b, 'addReaction', { messageId: _id, emoji: family })).count, 2);
      const twice = await done(at.b, 'addReaction', { messageId: _id, emoji: family });
      assert.deepEqual([twice.count, twice.changed], [2, false]);
      await done(at.b, 'addReaction', { messageId: _id, emoji: '👍' });
      assert.deepEqual((await one(at.a, at.channel, _id)).reactions,
        [{ emoji: family, count: 2, reacted: true }, { emoji: '👍', count: 1, reacted: false }]);
      assert.equal((await done(at.a, 'removeReaction', { messageId: _id, emoji: family })).count, 1);
      assert.equal((await at.c.hear('reactionRemoved', ({ messageId }) => messageId === _id)).count, 1);
      assert.equal((await done(at.a, 'removeReaction', { messageId: _id, emoji: family })).changed, false);
      for (const emoji of ['a b', '\n', 'x'.repeat(65)]) {
        assertRefused(await at.a.ask('addReaction', { messageId: _id, emoji }), ['INVALID_PAYLOAD', 'TOO_LARGE']);
      }
      for (let i = 2; i < 50; i++) await done(at.b, 'addReaction', { messageId: _id, emoji: `:e${i}:` });
      assertRefused(await at.b.ask('addReaction', { messageId: _id, emoji: ':more:' }), 'CONFLICT');
      assert.equal((await done(at.a, 'addReaction', { messageId: _id, emoji: '👍' })).count, 2, 'a known one is no more');
    });

    it('pins are listed, the last pinned first', async () => {
      const [first, second] = [await say(at.a, at.direct, 'pin 1'), await say(at.b, at.direct, 'pin 2')];
      await done(at.b, 'pinMessage', { messageId: first._id });
      const heard = await at.a.hear('messagePinned', ({ messageId }) => messageId === first._id);
      assertKeys(heard, ['messageId', 'roomId', 'seq', 'pinnedBy', 'pinnedAt', 'version', 'commitNo']);
      await done(at.a, 'pinMessage', { messageId: second._id });
      assert.equal((await done(at.a, 'pinMessage', { messageId: second._id })).changed, false);
      const { messages } = await done(at.a, 'getPins', at.direct);
      assert.deepEqual(messages.map(({ _id, pinnedBy }) => [_id, pinnedBy]), [[second._id, at.ada.id], [first._id, at.bob.id]]);
      await done(at.a, 'unpinMessage', { messageId: second._id });
      await at.b.hear('messageUnpinned', ({ messageId }) => messageId === second._id);
      assert.equal((await done(at.a, 'getPins', at.direct)).messages.length, 1);
    });

    it('replies make a thread that their parent counts', async () => {
      const parent = await say(at.a, at.channel, 'parent');
      const replies = [];
      for (const body of ['one', 'two', 'three']) replies.push(await say(at.b, at.channel, body, { parentId: parent._id }));
      assert.equal(replies[0].parentId, parent._id);
      const optimistic = await at.c.hear('NewMessageReceived', ({ body, parentId }) => body === 'one' && parentId);
      assert.equal(optimistic.parentId, parent._id);
      const thread = await done(at.c, 'getThread', { messageId: parent._id, limit: 2 });
      assert.deepEqual(thread.messages.map(({ body }) => body), ['two', 'three']);
      assert.deepEqual([thread.hasMore, thread.parent.replyCount, thread.parent.lastReplyAt],
        [true, 3, thread.messages[1].createdAt]);
      const older = await done(at.c, 'getThread', { messageId: parent._id, before: thread.messages[0].seq });
      assert.deepEqual([older.messages.map(({ body }) => body), older.hasMore], [['one'], false]);
      await done(at.b, 'deleteMessage', { messageId: replies[1]._id });
      assert.equal((await done(at.c, 'getThread', { messageId: parent._id })).parent.replyCount, 2);

      const elsewhere = await say(at.a, at.direct, 'elsewhere');
      await settled(at.b, at.c);
      for (const parentId of ['f'.repeat(24), elsewhere._id, replies[1]._id]) {
        at.c.forget();
        assertRefused(await at.b.ask('NewMessage', { ...at.channel, body: 'to nothing', parentId }), 'NOT_FOUND');
      }
      await settled(at.c);
      assert.equal(at.c.heard.length, 0, 'nothing was emitted');
      // Those behind a reply wait with it: they keep their order.
      const [reply, next] = await Promise.all([say(at.b, at.channel, 'reply', { parentId: parent._id }), say(at.b, at.channel, 'next')]);
      assert.equal(next.seq, reply.seq + 1);
    });

    it('getMessages pages in both directions, tombstones included', async () => {
      const room = await makeRoom(at.server, at.bob, at.cem);
      const place = { roomId: room._id };
      const sent = [];
      for (let i = 1; i <= 12; i++) sent.push(await say(at.b, place, `${i}`));
      await done(at.b, 'deleteMessage', { messageId: sent[5]._id });
      const seqs = async (more) => {
        const found = await page(at.c, place, more);
        return [found.messages.map(({ seq }) => seq), found.hasMore];
      };
      assert.deepEqual(await seqs({ limit: 5 }), [[8, 9, 10, 11, 12], true]);
      assert.deepEqual(await seqs({ limit: 5, before: 8 }), [[3, 4, 5, 6, 7], true]);
      assert.deepEqual(await seqs({ limit: 5, before: 3 }), [[1, 2], false]);
      assert.deepEqual(await seqs({ limit: 5, after: 0 }), [[1, 2, 3, 4, 5], true]);
      assert.deepEqual(await seqs({ limit: 10, after: 5 }), [[6, 7, 8, 9, 10, 11, 12], false]);
      assert.deepEqual(await seqs({ after: 12 }), [[], false]);
      assert.deepEqual((await seqs({ limit: 1000 }))[0].length, 12);
      for (const wrong of [{ before: 0 }, { after: -1 }, { limit: 0 }, { limit: 'x' }]) {
        assertRefused(await at.c.ask('getMessages', { ...place, ...wrong }), 'INVALID_PAYLOAD');
      }
      const { conversations } = await done(at.c, 'getUnread', {});
      assert.equal(conversations.find(({ roomId }) => roomId === room._id).unread, 11, 'a deleted one is not unread');
    });

    it('nobody else is told', async () => {
      await settled(at.stranger);
      assert.deepEqual(at.stranger.heard.map(({ event }) => event), []);
      assert.equal((await call(at.server, 'GET', '/healthz')).status, 200);
    });

    it('resume brings what was missed, and a restart forgets nothing', async () => {
      const [edited, reacted, pinned, deleted, parent] = await Promise.all(
        ['e', 'r', 'p', 'd', 't'].map((body) => say(at.a, at.channel, body)));
      const seq = Math.max(...[edited, reacted, pinned, deleted, parent].map((it) => it.seq));
      const commitNo = Math.max(...[edited, reacted, pinned, deleted, parent].map((it) => it.commitNo));
      await done(at.a, 'editMessage', { messageId: edited._id, body: 'E' });
      await done(at.b, 'addReaction', { messageId: reacted._id, emoji: '👍' });
      await done(at.a, 'pinMessage', { messageId: pinned._id });
      await done(at.a, 'deleteMessage', { messageId: deleted._id });
      await say(at.b, at.channel, 'reply', { parentId: parent._id });
      await at.server.kill();
      await at.server.restart();
      const client = await connect(at.server, at.cem);
      const id = at.channel.channelId;
      const { conversations } = await done(client, 'resume', { positions: { [id]: { seq, commitNo } } });
      const missed = conversations[id];
      assert.deepEqual(missed.edits.map((it) => it.messageId).sort(), [edited, reacted, pinned, parent].map((it) => it._id).sort());
      const of = (message) => missed.edits.find(({ messageId }) => messageId === message._id);
      assertTime(of(edited).editedAt);
      assert.deepEqual([of(edited).body, of(reacted).editedAt], ['E', null]);
      assert.deepEqual(of(reacted).reactions, [{ emoji: '👍', count: 1, reacted: false }]);
      assert.equal(of(pinned).pinnedBy, at.ada.id);
      assert.equal(of(parent).replyCount, 1);
      assert.deepEqual(missed.deletions.map((it) => it.messageId), [deleted._id]);
      assert.deepEqual(missed.messages.map(({ body }) => body), ['reply']);
      client.close();
    });
  });
}
