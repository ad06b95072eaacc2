import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { generate } from '../harness/servers.mjs';
import { cores } from '../harness/processes.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';

export const about = 'a million sessions above virtual sockets: user memory and the CPU of their heartbeats';
/** Among those that `--quick` runs when no bench is named. */
export const brief = true;
export const peers = [];

/** More than one process may have descriptors for, so the sockets end in memory. */
export async function run(context) {
  const sessions = context.quick ? 50_000 : 1_000_000;
  const { data, lists } = generate(context, { users: 10_000, channels: 100, members: 100 });
  const text = execFileSync('taskset', ['-c', String(cores.server), context.program('bench_store'), 'sessions', '--store', `sqlite:${join(data, 'rookery.db')}`,
    '--secret', join(data, 'secret.key'), '--lists', lists, '--sessions', String(sessions), '--seconds', context.quick ? '2' : '10'], { encoding: 'utf8' });
  const one = JSON.parse(text.trim());
  printTable('Sessions of 10 000 people above virtual sockets, each in a channel of his and in his own room', ['sessions', 'RSS MiB', 'bytes for one more', 'CPU %'],
    [[number(one.sessions), number(one.bytes / 2 ** 20), number(one.perSession), fixed(one.cpu * 100)]]);
  writeJson(context, one);
}
