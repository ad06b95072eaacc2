// Search over the socket and over REST, on both stores.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { closeClients, connect } from './support/client.mjs';
import { Postgres } from './support/postgres.mjs';
import { call, makeRoom, makeUsers, makeWorkspace } from './support/rest.mjs';
import { freshFolder, rookery, startServer } from './support/server.mjs';
import { assertKeys, assertRefused, envelopeB, failure } from './support/shapes.mjs';
import { eventually } from './support/wait.mjs';

for (const store of ['sqlite', 'postgresql']) {
  describe(`search, on ${store}`, () => {
    const at = {};
    before(async () => {
      if (store === 'postgresql') at.postgres = await Postgres.start();
      at.folder = await freshFolder();
      at.store = at.postgres ? ['--store', at.postgres.database('search')] : [];
      at.server = await startServer({ args: at.store });
      [at.ada, at.bob, at.cem] = await makeUsers(at.server, 3);
      at.space = await makeWorkspace(at.server, at.ada, [at.bob]);
      at.room = await makeRoom(at.server, at.ada, at.bob);
      at.secret = await makeRoom(at.server, at.ada, at.cem);
      [at.a, at.b, at.c] = await Promise.all([at.ada, at.bob, at.cem].map((user) => connect(at.server, user)));
      for (const client of [at.a, at.b]) await client.ask('JoinChannel', { channelId: at.space.general.id });
      at.place = { channelId: at.space.general.id };
    });
    after(async () => {
      closeClients();
      await at.server?.close();
      await at.postgres?.close();
      await rm(at.folder, { recursive: true, force: true });
    });
    const say = async (client, place, body) => {
      const answer = await client.ask(place.roomId ? 'roomMessage' : 'NewMessage', { ...place, body });
      assert.equal(answer.success, true, answer.message);
      return answer.data;
    };
    const search = async (client, query, more = {}) => {
      const answer = await client.ask('searchMessages', { query, ...more });
      assert.equal(answer.success, true, `${query}: ${answer.message}`);
      return answer.data;
    };
    const bodies = async (client, query, more) => (await search(client, query, more)).matches.map(({ message }) => message.body);
    /** The index runs behind the commits. */
    const indexed = (client, query, count) =>
      eventually(async () => (await search(client, query)).matches.length === count, `${count} × ${query}`);

    it('finds words of any language, phrases and beginnings, newest first', async () => {
      const texts = ['The quick brown fox', 'the brown quick FOX', 'Größe zählt: ÜBUNG', 'Привет, Мир!', '日本語のテキスト', 'foxglove',
        `{"ops":[{"insert":"delta "},{"insert":"fox","attributes":{"bold":true}},{"insert":{"image":"fox.png"}},{"insert":"\\n"}]}`,
        'it\'s <b>bold</b> & "quoted" fox_trot'];
      for (const body of texts) await say(at.a, at.place, body);
      await indexed(at.b, 'quoted', 1);
      const found = await search(at.b, 'fox');
      assert.deepEqual(found.matches.slice(-3).map(({ message }) => message.body), [texts[6], texts[1], texts[0]]);
      assertKeys(found, ['matches', 'nextCursor']);
      assertKeys(found.matches[0], ['message', 'snippet']);
      assert.equal(found.matches.at(-1).snippet, 'The quick brown <mark>fox</mark>');
      assert.equal((await search(at.b, 'delta')).matches[0].snippet, '<mark>delta</mark> fox');
      assert.deepEqual(await bodies(at.b, '"quick brown"'), [texts[0]]);
      assert.deepEqual(await bodies(at.b, 'BROWN quick'), [texts[1], texts[0]]);
      assert.ok((await bodies(at.b, 'fox*')).includes('foxglove'));
      assert.ok(!(await bodies(at.b, 'fox')).includes('foxglove'));
      assert.deepEqual(await bodies(at.b, 'größe übung'), [texts[2]]);
      assert.deepEqual(await bodies(at.b, 'мир'), [texts[3]]);
      assert.deepEqual(await bodies(at.b, '日本*'), [texts[4]]);
      assert.deepEqual(await bodies(at.b, 'trot'), [texts[7]]);
      const html = (await search(at.b, 'quoted')).matches[0].snippet;
      assert.ok(html.includes('&lt;b&gt;') && html.includes('&amp;') && !html.includes('<b>'), html);
    });

    it('narrows down by sender, place and day', async () => {
      await say(at.a, { roomId: at.room._id }, 'narrow one');
      await say(at.b, { roomId: at.room._id }, 'narrow two');
      await say(at.b, at.place, 'narrow three');
      await indexed(at.a, 'narrow', 3);
      assert.deepEqual(await bodies(at.a, `narrow from:${at.bob.username}`), ['narrow three', 'narrow two']);
      assert.deepEqual(await bodies(at.a, `narrow from:@${at.ada.username.toUpperCase()}`), ['narrow one']);
      assert.deepEqual(await bodies(at.a, 'narrow from:nobody'), []);
      assert.deepEqual(await bodies(at.a, 'narrow in:#General'), ['narrow three']);
      assert.deepEqual(await bodies(at.a, `narrow in:${at.room._id}`), ['narrow two', 'narrow one']);
      assert.deepEqual(await bodies(at.a, 'narrow', { roomId: at.room._id }), ['narrow two', 'narrow one']);
      assert.deepEqual(await bodies(at.a, 'narrow', at.place), ['narrow three']);
      const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
      assert.equal((await bodies(at.a, `narrow after:${day(-1)} before:${day(2)}`)).length, 3);
      assert.deepEqual(await bodies(at.a, `narrow before:${day(-1)}`), []);
      assert.deepEqual(await bodies(at.a, `narrow after:${day(2)}`), []);
    });

    it('finds only what the asker may read', async () => {
      await say(at.c, { roomId: at.secret._id }, 'classified');
      await say(at.a, at.place, 'classified in the channel');
      await indexed(at.a, 'classified', 2);
      assert.deepEqual(await bodies(at.b, 'classified'), ['classified in the channel']);
      assert.deepEqual(await bodies(at.c, 'classified'), ['classified']);
      assertRefused(await at.c.ask('searchMessages', { query: 'classified', ...at.place }), 'FORBIDDEN');
      assertRefused(await at.b.ask('searchMessages', { query: 'classified', roomId: at.secret._id }), 'FORBIDDEN');
      // Words that look like the index's own.
      assert.deepEqual(await bodies(at.b, `classified c${at.secret._id}`), []);
      // Who left a channel may read it still.
      await at.b.ask('LeaveChannel', at.place);
      assert.deepEqual(await bodies(at.b, 'classified'), ['classified in the channel']);
      await at.b.ask('JoinChannel', at.place);
    });

    it('follows edits and deletions', async () => {
      const { _id } = await say(at.a, at.place, 'first wording');
      await indexed(at.b, 'wording', 1);
      await at.a.ask('editMessage', { messageId: _id, body: 'second phrasing' });
      await indexed(at.b, 'phrasing', 1);
      assert.deepEqual(await bodies(at.b, 'wording'), []);
      await at.a.ask('deleteMessage', { messageId: _id });
      assert.deepEqual(await bodies(at.b, 'phrasing'), []);
    });

    it('pages that stay the same while messages arrive', async () => {
      for (let i = 1; i <= 25; i++) await say(at.a, at.place, `paged ${i}`);
      await eventually(async () => (await search(at.b, 'paged', { limit: 100 })).matches.length === 25, 'all of them');
      const first = await search(at.b, 'paged', { limit: 10 });
      for (let i = 26; i <= 30; i++) await say(at.a, at.place, `paged ${i}`);
      await eventually(async () => (await search(at.b, 'paged', { limit: 100 })).matches.length === 30, 'the new ones');
      const second = await search(at.b, 'paged', { limit: 10, cursor: first.nextCursor });
      const third = await search(at.b, 'paged', { limit: 10, cursor: second.nextCursor });
      const all = [first, second, third].flatMap(({ matches }) => matches.map(({ message }) => message.body));
      assert.deepEqual(all, Array.from({ length: 25 }, (_, i) => `paged ${25 - i}`));
      assert.equal(third.nextCursor, null);
    });

    it('no text breaks the query', async () => {
      for (const query of ['"', '""', 'AND', 'a OR', 'NOT', 'NEAR(a b)', 'fox)', '(fox', 'text:fox', '{text} : x', "' OR 1=1 --", 'fox & !',
        'a:*', '\\', "a'b", '*fox', 'fox**', '<->', '-fox', '"unfinished fox', `${'x '.repeat(19)}y`, 'fox\u0001y', '𝕏 🦊']) {
        const answer = await at.b.ask('searchMessages', { query });
        if (!answer.success) assertRefused(answer, 'INVALID_PAYLOAD');
      }
      for (const query of ['', '   ', '!!!', '"', 'from:x', 'before:yesterday fox', 'after:2026-13-01 fox', 'x '.repeat(21), 'x'.repeat(501)]) {
        assertRefused(await at.b.ask('searchMessages', { query }), ['INVALID_PAYLOAD', 'TOO_LARGE']);
      }
      for (const wrong of [{ cursor: 'x' }, { cursor: '-1' }, { limit: 0 }, { limit: 'x' }]) {
        assertRefused(await at.b.ask('searchMessages', { query: 'fox', ...wrong }), 'INVALID_PAYLOAD');
      }
    });

    it('answers over REST, too', async () => {
      const ask = (query, user = at.bob) => call(at.server, 'GET', `/search?${new URLSearchParams(query)}`, { token: user.token });
      const data = envelopeB(await ask({ q: 'paged', limit: 3 }));
      assert.deepEqual(data.matches.map(({ message }) => message.body), ['paged 30', 'paged 29', 'paged 28']);
      const next = envelopeB(await ask({ q: 'paged', limit: 2, cursor: data.nextCursor, in: at.place.channelId }));
      assert.deepEqual(next.matches.map(({ message }) => message.body), ['paged 27', 'paged 26']);
      failure(await ask({ q: '' }), 400);
      failure(await ask({ q: 'fox', limit: 'x' }), 400);
      failure(await ask({ q: 'fox', in: 'undefined' }), 404);
      failure(await ask({ q: 'fox', in: at.secret._id }), 401);
      failure(await call(at.server, 'GET', '/search?q=fox'), 403);
    });

    it('is filled again from a backup and after a kill', async () => {
      await say(at.a, at.place, 'just before the kill');
      await at.server.kill();
      await at.server.restart();
      const client = await connect(at.server, at.bob);
      await indexed(client, '"before the kill"', 1);
      assert.equal((await bodies(client, 'paged', { limit: 100 })).length, 30);
      const copy = join(at.folder, 'copy.db');
      const made = await rookery(['backup', '--out', copy, '--data', at.server.data, ...at.store]);
      assert.equal(made.code, 0, made.stderr);
      const other = await startServer({ args: ['--store', `sqlite:${copy}`],
        env: { ROOKERY_AUTH_SECRET: (await readFile(join(at.server.data, 'secret.key'), 'utf8')).trim() } });
      try {
        const there = await connect(other, at.bob);
        await indexed(there, '"before the kill"', 1);
        assert.equal((await bodies(there, 'paged', { limit: 100 })).length, 30);
        there.close();
      } finally {
        await other.close();
      }
      client.close();
    });
  });
}
