// docs/quick-start.md, followed to the letter but for the address.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { freshFolder, startServer, tree } from './support/server.mjs';
import { deadlineMs } from './support/wait.mjs';

it('docs/quick-start.md does what it says, over a restart', async () => {
  const text = await readFile(join(tree, 'docs/quick-start.md'), 'utf8');
  const blocks = [...text.matchAll(/^```(sh|js)\n(.*?)^```$/gms)].map(([, kind, code]) => ({ kind, code }));
  assert.deepEqual(blocks.map(({ kind }) => kind), ['sh', 'js', 'sh', 'sh', 'sh']);
  const folder = await freshFolder();
  await symlink(join(tree, 'tests/e2e/node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'hello.mjs'), blocks[1].code);
  const server = await startServer();
  const run = async (...parts) => {
    const script = parts.join('\n').replaceAll('http://127.0.0.1:3000', server.url);
    const { stdout } = await promisify(execFile)('bash', ['-ec', script],
      { cwd: folder, timeout: deadlineMs, env: { ...process.env, ROOKERY: server.url } });
    return stdout;
  };
  const shell = blocks.filter(({ kind }) => kind === 'sh').map(({ code }) => code);
  try {
    const first = await run(shell[0], shell[1], 'echo "kept: $bob $room"');
    assert.match(first, /the room is [0-9a-f]{24}/);
    assert.match(first, /received, not stored yet: Good morning/);
    assert.equal(first.match(/stored as [0-9a-f]{24}, number 1 of the room/g)?.length, 2, first);
    const [, bob, room] = /kept: (\S+) (\S+)/.exec(first);
    await server.kill();
    await server.restart();
    const setUp = `api=http://127.0.0.1:3000/api/v1; bob=${bob}; room=${room}`;
    assert.match(await run(setUp, shell[2]), /"body":"Good morning"/);
    assert.match(await run(shell[3]), /rookery_connections/);
  } finally {
    await server.close();
  }
});
