// What the program prints from its own tables lies in the tree as it is printed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { rookery, tree } from './support/server.mjs';

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
});
