import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rookery, generate } from '../harness/servers.mjs';
import { checkHonest } from '../harness/rounds.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';

export const about = 'ten minutes of connect, join, chat and vanish: the memory at the end against that after the first minute';
export const peers = [];
/** Not among those that run when no bench is named. */
export const apart = true;

/** What the server says of its own memory, to an administrator: the first of the people is made one. */
async function parts(server, people) {
  const token = readFileSync(join(people.lists, 'users.tsv'), 'utf8').split('\n')[0].split('\t')[2];
  const answer = await fetch(`http://127.0.0.1:${server.port}/debug/memory`, { headers: { 'access-token': token } });
  const { process, parts: all } = await answer.json();
  return { heap: process.heapBytes, free: process.freeHeapBytes, ...Object.fromEntries(all.map(({ part, bytes }) => [part, bytes])) };
}

export async function run(context) {
  const people = generate(context, { users: 2000, channels: 20, members: 100 });
  execFileSync(context.program('rookery'), ['user', 'admin', '--data', people.data, '--user', 'user-1'], { stdio: 'ignore' });
  const minutes = context.quick ? 2 : 10;
  const rate = context.fixedRate ?? 2000;
  const server = await (await Rookery.start(context, people)).connectLoad({});
  const began = Date.now();
  const passed = () => (Date.now() - began) / 60_000;
  const samples = [];
  let messages = 0;
  let cut = 0;
  try {
    while (passed() < minutes) {
      await server.settle();
      const one = await server.run({ rate, seconds: 4, warmup: 0.5 });
      checkHonest('in the soak', one);
      for (const fault of ['missing', 'failed', 'refused']) {
        if (one[fault] > 0) throw new Error(`${one[fault]} messages were ${fault}`);
      }
      messages += one.sent;
      await server.load.ask('vanish', {});
      cut += 2000;
      samples.push({ minute: passed(), rss: server.memory().rss, parts: await parts(server, people) });
    }
  } finally {
    await server.stop();
  }
  const first = samples.find(({ minute }) => minute >= 1);
  const last = samples.at(-1);
  const every = samples.filter((_, index) => index % Math.max(1, Math.floor(samples.length / 12)) === 0);
  printTable(`20 channels of 100, ${number(rate)} messages/s, all cut and back every few seconds`, ['minute', 'RSS MiB'],
    [...every, last].map(({ minute, rss }) => [fixed(minute, 1), fixed(rss / 2 ** 20, 1)]));
  const grown = Object.keys(last.parts).map((part) => [part, last.parts[part] - first.parts[part]])
    .filter(([, bytes]) => Math.abs(bytes) > 100_000).sort((a, b) => b[1] - a[1]);
  printTable('What became more after the first minute', ['', 'MiB'], grown.map(([part, bytes]) => [part, fixed(bytes / 2 ** 20, 1)]));
  // What was cut is kept for recovery.windowMs, two minutes: only then as much goes as comes.
  const steady = samples.find(({ minute }) => minute >= 3) ?? first;
  const [ratio, steadyRatio] = [first, steady].map(({ rss }) => last.rss / rss);
  const heapRatio = last.parts.heap / steady.parts.heap; // without what a peak has left free for the moment
  console.log(`${number(messages)} messages, ${number(cut)} connections cut; the end has ${fixed(ratio, 3)} times the memory of the first minute,`
    + ` ${fixed(steadyRatio, 3)} times that of minute ${fixed(steady.minute, 1)}, of what is in use ${fixed(heapRatio, 3)} times`);
  writeJson(context, { messages, cut, ratio, steadyRatio, heapRatio, samples });
}
