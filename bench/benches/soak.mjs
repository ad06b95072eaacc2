import { Rookery, generate } from '../harness/servers.mjs';
import { checkHonest } from '../harness/rounds.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';

export const about = 'ten minutes of connect, join, chat and vanish: the memory at the end against that after the first minute';
export const peers = [];
/** Not among those that run when no bench is named. */
export const apart = true;

export async function run(context) {
  const people = generate(context, { users: 2000, channels: 20, members: 100 });
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
      samples.push({ minute: passed(), rss: server.memory().rss });
    }
  } finally {
    await server.stop();
  }
  const first = samples.find(({ minute }) => minute >= 1);
  const last = samples.at(-1);
  const every = samples.filter((_, index) => index % Math.max(1, Math.floor(samples.length / 12)) === 0);
  printTable(`20 channels of 100, ${number(rate)} messages/s, all cut and back every few seconds`, ['minute', 'RSS MiB'],
    [...every, last].map(({ minute, rss }) => [fixed(minute, 1), fixed(rss / 2 ** 20, 1)]));
  const ratio = last.rss / first.rss;
  console.log(`${number(messages)} messages, ${number(cut)} connections cut; the end has ${fixed(ratio, 3)} times the memory of the first minute`);
  writeJson(context, { messages, cut, ratio, samples });
}
