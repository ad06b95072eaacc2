import { Rookery, generate } from '../harness/servers.mjs';
import { checkComplete, checkHonest, median, ms } from '../harness/rounds.mjs';
import { number, printTable, writeJson } from '../harness/report.mjs';

export const about = 'one reader in a hundred stops to read: what the others notice';
export const peers = [];

/** Nearly all stop at once: what is queued for them is shared, and bounded for each. */
async function manyStopped(context) {
  const count = context.quick ? 2000 : 10_000;
  const queue = 65_536;
  const people = generate(context, { users: count + 200, channels: (count + 200) / 200, members: 200 });
  const server = await (await Rookery.start(context, people, { set: { 'limits.outQueueBytes': queue }, name: 'rookery-many' })).connectLoad({});
  try {
    const before = server.memory().rss;
    await server.load.ask('stop', { count });
    let most = 0;
    let closed = 0;
    for (let part = 0; part < (context.quick ? 4 : 6); part++) {
      const one = await server.run({ rate: count / 50, seconds: 3, warmup: 0, body: 2000 });
      checkHonest('with nearly all stopped', one);
      closed += one.lost;
      most = Math.max(most, server.memory().rss);
    }
    return { count, queue, before, most, closed };
  } finally {
    await server.stop();
  }
}

export async function run(context) {
  const people = generate(context, { users: 1000, channels: 10, members: 100 });
  const rate = context.fixedRate ?? 200;
  const values = { rate, seconds: 3, warmup: 1, body: 2000 };
  const server = await (await Rookery.start(context, people)).connectLoad({});
  const rows = [];
  try {
    for (let round = 1; round <= context.rounds; round++) {
      const quiet = await server.run(values);
      checkComplete('with all reading', quiet);
      rows.push([`all read, ${round}`, quiet, server.memory().rss]);
    }
    await server.load.ask('stop', { count: 10 });
    for (let round = 1; round <= context.rounds; round++) {
      const one = await server.run(values);
      // The stopped ones are to be closed; nobody else may lose anything.
      checkHonest('with stopped readers', one);
      for (const fault of ['missing', 'failed', 'refused']) {
        if (one[fault] > 0) throw new Error(`with stopped readers ${one[fault]} were ${fault}`);
      }
      rows.push([`10 of 1 000 stopped, ${round}`, one, server.memory().rss]);
    }
  } finally {
    await server.stop();
  }
  printTable(`10 channels of 100, ${number(rate)} messages/s of 2 000 bytes`, ['', 'delivery p50 ms', 'p99', 'confirm p99', 'closed', 'RSS MiB'],
    rows.map(([name, one, rss]) => [name, ms(one.delivery.p50), ms(one.delivery.p99), ms(one.confirm.p99), one.lost, (rss / 2 ** 20).toFixed(1)]));
  const p99 = (list) => median(list.map(([, one]) => one.delivery.p99));
  const ratio = p99(rows.slice(context.rounds)) / p99(rows.slice(0, context.rounds));
  console.log(`The others' p99 is ${ratio.toFixed(2)} times what it was, in the median`);
  const many = await manyStopped(context);
  const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);
  console.log(`${number(many.count)} of ${number(many.count + 200)} stopped, each with ${number(many.queue)} unsent bytes at most, ${mib(many.count * many.queue)} MiB in all: `
    + `RSS rose from ${mib(many.before)} to ${mib(many.most)} MiB, ${number(many.closed)} were closed`);
  writeJson(context, { many, rows: rows.map(([name, one, rss]) => ({ name, rss, ...one })), ratio });
}
