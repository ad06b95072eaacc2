// Every event and every answer of the AsyncAPI document was met by an end-to-end test.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { seen } from './seen.mjs';

const { ROOKERY_BIN: binary } = process.env;
const { operations, components } = JSON.parse(execFileSync(binary, ['describe', 'asyncapi'], { encoding: 'utf8' }));

test('what is documented is exercised', () => {
  const met = seen('events');
  const last = ({ $ref }) => $ref.split('/').at(-1);
  const documented = [
    ...Object.values(operations).map(({ action, messages, reply }) => last((action === 'send' ? messages : reply.messages)[0])),
    // INTERNAL is a fault of the server.
    ...components.schemas.Failure.properties.code.enum.filter((code) => code !== 'INTERNAL').map((code) => `failure ${code}`),
  ];
  console.log(`${documented.length} events and answers`);
  // slowConsumer may not get through any more; when it does, it is looked at.
  assert.deepEqual(documented.filter((one) => !met.has(one) && one !== 'slowConsumer'), []);
});
