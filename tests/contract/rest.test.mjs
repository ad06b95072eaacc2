// Every route and every status of the OpenAPI document was met by an end-to-end test.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { seen } from './seen.mjs';

const { ROOKERY_BIN: binary } = process.env;
const document = JSON.parse(execFileSync(binary, ['describe', 'openapi'], { encoding: 'utf8' }));

test('what is documented is exercised', () => {
  const met = seen('rest');
  const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([verb, { responses }]) =>
      Object.keys(responses).filter((status) => status !== 'default')
        .map((status) => `${verb.toUpperCase()} ${path} ${status}`)));
  assert.ok(documented.length > 100, 'the document is there');
  console.log(`${documented.length} statuses of ${Object.keys(document.paths).length} paths`);
  assert.deepEqual(documented.filter((one) => !met.has(one)), []);
});

test('every parameter is described', () => {
  const routes = readFileSync(new URL('../../src/api/routes.cpp', import.meta.url), 'utf8');
  const named = [...routes.matchAll(/\.query = "([^"]*)"/g)].flatMap(([, list]) => list.split(' '));
  const described = new Set(Object.values(document.paths).flatMap((operations) =>
    Object.values(operations).flatMap(({ parameters }) => parameters.map(({ name }) => name))));
  assert.deepEqual(named.filter((name) => !described.has(name)), []);
});
