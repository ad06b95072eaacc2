// What the program prints from its own tables lies in the tree as it is printed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { call } from './support/rest.mjs';
import { rookery, startServer, tree } from './support/server.mjs';

describe('the documents', () => {
  for (const [name, file] of [
    ['configuration', 'docs/configuration.md'],
    ['typescript', 'clients/js/events.d.mts'],
  ]) {
    it(`${file} is what \`rookery describe ${name}\` prints`, async () => {
      const { code, stdout, stderr } = await rookery(['describe', name]);
      assert.equal(code, 0, stderr);
      assert.equal(await readFile(join(tree, file), 'utf8'), stdout);
    });
  }

  const operations = () => readFile(join(tree, 'docs/operations.md'), 'utf8');

  it('docs/operations.md has every metric, and no other', async () => {
    const server = await startServer();
    try {
      const { text } = await call(server, 'GET', '/metrics');
      const exported = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name).sort();
      const named = new Set([...(await operations()).matchAll(/`((?:rookery|process)_[a-z_]+)[`{]/g)].map(([, name]) => name));
      assert.deepEqual([...named].sort(), exported);
    } finally {
      await server.close();
    }
  });

  it('docs/moving.md names events that exist', async () => {
    const text = await readFile(join(tree, 'docs/moving.md'), 'utf8');
    const types = await readFile(join(tree, 'clients/js/events.d.mts'), 'utf8');
    const events = [...text.matchAll(/`((?:room|channel|New)\w*Message\w*|resume)`/g)].map(([, name]) => name);
    assert.ok(events.length > 8, events.join(' '));
    assert.deepEqual(events.filter((name) => !types.includes(`  ${name}: (payload`)), []);
  });

  it('docs/operations.md names settings and commands that exist', async () => {
    const text = (await operations()) + await readFile(join(tree, 'docs/moving.md'), 'utf8');
    const configuration = await readFile(join(tree, 'docs/configuration.md'), 'utf8');
    const settings = [...text.matchAll(/`((?:server|engine|cors|store|limits|log|auth)\.\w+)`/g)].map(([, name]) => name);
    assert.ok(settings.length > 5);
    assert.deepEqual(settings.filter((name) => !configuration.includes(`\`${name}\``)), []);
    const { stdout } = await rookery(['--help']);
    const commands = [...text.matchAll(/^rookery ([a-z]+)|`rookery ([a-z-]+)/gm)].map(([, a, b]) => a ?? b);
    assert.ok(commands.length > 4);
    assert.deepEqual(commands.filter((name) => !new RegExp(`^ +${name} `, 'm').test(stdout)), []);
  });
});
