// A program of ours that prints 'listening on http://…' and ends well after SIGTERM.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { deferred, within } from './wait.mjs';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts `program` and resolves with {url, host, port, lines, close()}. */
export async function startPeer(program, args) {
  const name = basename(program);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const listening = deferred();
  const lines = [];
  const ended = new Promise((done) => child.on('error', listening.reject).on('close', (code) => {
    running.delete(child);
    listening.reject(new Error(`${name} ended with ${code}:\n${lines.join('\n')}`));
    done(code);
  }));
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      const found = /^listening on (http:\/\/([^\s":]+):(\d+))/.exec(line);
      if (found) listening.resolve({ url: found[1], host: found[2], port: Number(found[3]) });
    });
  }
  const address = await within(listening.promise, `${name} to listen`);
  return { ...address, lines, close: async () => {
    child.kill('SIGTERM');
    assert.equal(await within(ended, `${name} to end`), 0, lines.join('\n'));
  } };
}

/** Runs `program` to its end: {code, stderr}. */
export async function runPeer(program, args) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const code = await within(new Promise((done, failed) => child.on('error', failed).on('close', done)),
    `the end of ${basename(program)} ${args.join(' ')}`);
  running.delete(child);
  return { code, stderr };
}
