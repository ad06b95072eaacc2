// Files when something goes wrong around them: a full disk, a store that is gone, leftovers.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { connect } from './support/client.mjs';
import { fillDisk } from './support/full_disk.mjs';
import { png } from './support/pictures.mjs';
import { Postgres } from './support/postgres.mjs';
import { bare, call, makeRoom, makeUser, makeUsers, presign, upload } from './support/rest.mjs';
import { startServer } from './support/server.mjs';
import { failure } from './support/shapes.mjs';
import { useServer } from './support/suite.mjs';
import { eventually } from './support/wait.mjs';

describe('a full disk', () => {
  const at = useServer();

  it('refuses uploads with 503, and takes the same one when there is room again', async () => {
    const user = await makeUser(at.server);
    const kept = await upload(at.server, user, 'before');
    const { presignedUrl } = await presign(at.server, user, 'x');
    const put = async () => {
      const response = await fetch(presignedUrl, { method: 'PUT', body: randomBytes(2_000_000) });
      return { status: response.status, headers: response.headers, body: await response.json() };
    };
    const disk = await fillDisk(at.server);
    try {
      const answer = await put();
      assert.equal(answer.status, 503, JSON.stringify(answer.body));
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
      const form = new FormData();
      form.append('avatar', new Blob([png()]), 'x.png');
      failure(await call(at.server, 'PUT', '/users/update/dp', { token: user.token, raw: form }), 503);
      assert.equal((await fetch(kept.image)).status, 200, 'what is there can be read');
    } finally {
      await disk.lift();
    }
    assert.equal((await put()).status, 200);
    assert.equal((await fetch(bare(presignedUrl))).status, 200);
  });
});

describe('a store that is gone', () => {
  it('is 503 with a time to come back for REST and files, and red readiness; then all goes on', async () => {
    const postgres = await Postgres.start();
    const server = await startServer({ args: ['--store', postgres.database('gone')] });
    try {
      const [user, other] = await makeUsers(server, 2);
      const room = await makeRoom(server, user, other);
      const { presignedUrl } = await presign(server, user, 'x');
      await postgres.crash();
      const ask = (method, path, body) => call(server, method, path, { token: user.token, body });
      for (const [method, path, body] of [['GET', '/room'], ['GET', `/directMessages/${room._id}`], ['POST', '/workspace', { name: 'abc' }],
        ['PUT', '/users/update/profile', { name: 'x' }], ['GET', '/messages/pre-signed-url?fileName=x']]) {
        const answer = await ask(method, path, body);
        failure(answer, 503);
        assert.ok(Number(answer.headers.get('retry-after')) > 0, `${method} ${path}`);
      }
      const put = await fetch(presignedUrl, { method: 'PUT', body: 'x' });
      assert.equal(put.status, 503);
      await eventually(async () => (await call(server, 'GET', '/readyz')).status === 503, 'red readiness');
      await postgres.restart();
      await eventually(async () => (await call(server, 'GET', '/readyz')).status === 200, 'green readiness');
      assert.equal((await ask('GET', '/room')).body.data.length, 1);
      const again = await presign(server, user, 'x');
      assert.equal((await fetch(again.presignedUrl, { method: 'PUT', body: 'x' })).status, 200);
    } finally {
      await server.close();
      await postgres.close();
    }
  });
});

describe('leftovers', () => {
  it('are removed: what the store does not know, and what never ended; the rest stays', async () => {
    const server = await startServer();
    try {
      const user = await makeUser(server);
      const kept = await upload(server, user, 'kept');
      const keptId = new URL(kept.image).pathname.split('/').at(-1);
      await server.stop();
      const files = join(server.data, 'files');
      const orphan = '0'.repeat(32);
      const young = '1'.repeat(32);
      await mkdir(join(files, '00'), { recursive: true });
      await mkdir(join(files, '11'), { recursive: true });
      const old = [join(files, '00', orphan), join(files, 'unfinished', orphan), join(files, keptId.slice(0, 2), keptId)];
      for (const path of [...old.slice(0, 2), join(files, '11', young), join(files, '00', 'README')]) await writeFile(path, 'x');
      for (const path of [...old, join(files, '00', 'README')]) await utimes(path, 1, 1);
      await server.restart();
      await eventually(() => !existsSync(old[0]) && !existsSync(old[1]), 'the end of the leftovers');
      assert.equal(existsSync(join(files, '11', young)), true, 'one of this hour may still be on its way');
      assert.equal(existsSync(join(files, '00', 'README')), true, 'what is no file of ours');
      assert.equal((await fetch(kept.image)).status, 200);
    } finally {
      await server.close();
    }
  });
});
