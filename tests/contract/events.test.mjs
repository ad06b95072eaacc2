// Every event and every answer of the AsyncAPI document was met by an end-to-end test.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { validatorOf } from '../e2e/support/documents.mjs';
import { seen } from './seen.mjs';

const { ROOKERY_BIN: binary } = process.env;
const document = JSON.parse(execFileSync(binary, ['describe', 'asyncapi'], { encoding: 'utf8' }));
const { operations, components, channels } = document;

test('every event has an example that is what it says, and those of clients their rules', () => {
  const { check } = validatorOf(document, 'examples');
  for (const [name, { examples }] of Object.entries(channels.main.messages)) {
    if (!name.endsWith('.answer')) check(`the example of ${name}`, `/channels/main/messages/${name}/payload`, examples[0].payload);
  }
  for (const [name, one] of Object.entries(operations)) {
    if (one.action === 'receive') assert.ok(one['x-permission'] && one['x-rate-limit'], name);
  }
});

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
