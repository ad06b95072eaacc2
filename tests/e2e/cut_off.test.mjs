// A long database whose server was killed is read through beside its work; a damaged one ends it.

import assert from 'node:assert/strict';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { call, makeUsers, makeWorkspace, readHistory } from './support/rest.mjs';
import { useServer } from './support/suite.mjs';
import { within } from './support/wait.mjs';

const longerThanTheFirstLook = 17 << 20;
const bodyBytes = 9_000;
/** What the start reads is of the first rows: those in between are of `b`. */
const bodies = ['a', 'b', 'c'].map((letter) => letter.repeat(bodyBytes));

describe('a long store after kill -9', () => {
  const at = useServer({}, async (it) => {
    it.file = join(it.server.data, 'rookery.db');
    it.users = await makeUsers(it.server, 2);
    it.space = await makeWorkspace(it.server, it.users[0], it.users.slice(1));
    it.channelId = it.space.general.id;
    for (const body of bodies) await send(Math.ceil(longerThanTheFirstLook / 3 / bodyBytes), body);
    await it.server.stop();
    assert.ok((await stat(it.file)).size > longerThanTheFirstLook);
  });
  const send = async (count, body = bodies[2]) => {
    const client = await connect(at.server, at.users[0]);
    await client.ask('JoinChannel', { channelId: at.channelId });
    // Some at a time: all their echoes, acks and confirmations are more than a reader may have unread.
    for (let left = count; left > 0; left -= 100) {
      const answers = await Promise.all(Array.from({ length: Math.min(left, 100) },
        () => client.ask('NewMessage', { channelId: at.channelId, body })));
      answers.forEach((answer) => assert.equal(answer.success, true, answer.message));
    }
    client.close();
  };
  /** Spoils every tenth page that holds a piece of a body in between: one alone might be free, as
   *  the search index leaves such behind when it merges. */
  const damage = async () => {
    const bytes = await readFile(at.file);
    const pages = [];
    for (let page = 0; page < bytes.length; page += 4096) {
      if (bytes.subarray(page + 8, page + 4000).every((byte) => byte === 0x62)) pages.push(page);
    }
    const chosen = pages.filter((_, i) => i % 10 === 0);
    assert.ok(chosen.length > 50, `${chosen.length} pages`);
    const file = await open(at.file, 'r+');
    for (const page of chosen) await file.write(Buffer.alloc(4096, 0x5a), 0, 4096, page);
    await file.close();
  };
  const startAndCutOff = async () => {
    await at.server.restart();
    await send(1);
    await at.server.kill();
    assert.ok((await stat(`${at.file}-wal`)).size > 0, 'a log is left');
  };

  it('is found whole while it serves', async () => {
    await startAndCutOff();
    await at.server.restart();
    await at.server.logLine((line) => line.includes('whole after its unclean stop'), 'the verdict');
    assert.equal((await call(at.server, 'GET', '/readyz')).status, 200);
    assert.ok((await readHistory(at.server, at.users[0], at.channelId)).length > 0);
    await at.server.stop();
  });

  it('is not read through after a clean stop', async () => {
    const before = at.server.lines.length;
    await at.server.restart();
    await send(1);
    await at.server.stop();
    assert.ok(!at.server.lines.slice(before).some((line) => line.includes('unclean stop')));
  });

  it('ends the server when pages in its middle are damaged', async () => {
    await startAndCutOff();
    await damage();
    await at.server.restart();
    const { code } = await within(at.server.ended, 'the end');
    assert.equal(code, 1);
    assert.ok(at.server.lines.some((line) => /cannot be trusted.*damaged|damaged.*cannot be trusted/.test(line)),
      at.server.tail());
  });
});
