// Debian's python3-socketio, unmodified, against the conformance program.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'node:test';
import { useConformance } from './support/conformance.mjs';
import { tree } from './support/server.mjs';
import { deadlineMs } from './support/wait.mjs';

const run = promisify(execFile);
// Debian's own, whatever other Python comes first in the path.
const python = '/usr/bin/python3';
const script = join(tree, 'tests/e2e/peers/python_client.py');
const steps = ['connect', 'namespace', 'event', 'binary', 'ack', 'asked', 'answered', 'order', 'end'];

describe('python3-socketio', () => {
  const at = useConformance('socketio', ['--ping-interval', 1000, '--ping-timeout', 20_000]);
  for (const way of ['polling', 'websocket', 'upgrade']) {
    it(`${way}: connects, sends, asks, answers and leaves`, async () => {
      const { stdout } = await run(python, [script, at.server.url, way], { timeout: deadlineMs });
      assert.deepEqual(stdout.trim().split('\n'), steps);
    });
  }
});
