import { Load } from '../harness/load.mjs';
import { Rookery, generate } from '../harness/servers.mjs';
import { checkComplete, checkHonest, median, ms } from '../harness/rounds.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';

export const about = 'small rooms beside a flooded channel of ten thousand, and beside clients that send too much';
export const peers = [];

const p99 = (runs) => median(runs.map(({ delivery }) => delivery.p99));

/** Two clients send as fast as they can; the limit of messages is the default. */
async function tooMuch(context, values) {
  const people = generate(context, { users: 200, rooms: 100 });
  const loud = generate(context, { users: 2, rooms: 1 }, [], people.data);
  const set = { 'limits.messages.rate': 50, 'limits.messages.burst': 500 };
  const server = await (await Rookery.start(context, people, { set, name: 'rookery-limits' })).connectLoad({ kind: 'rooms', goesFirst: true });
  const flooders = await Load.start({ program: context.program('bench_load'), port: server.port, lists: loud.lists,
    log: server.log('loud'), kind: 'rooms' });
  const rate = 20_000;
  const runs = { quiet: [], beside: [] };
  let [refused, sent, closed] = [0, 0, 0];
  try {
    for (let round = 1; round <= context.fewer(2); round++) {
      runs.quiet.push(await server.run(values));
      await flooders.connect();
      await flooders.join();
      const [loudly, beside] = await Promise.all([flooders.run({ rate, seconds: values.seconds + 1, warmup: 0.5 }), server.run(values)]);
      checkHonest('those who send too much', loudly);
      runs.beside.push(beside);
      refused += loudly.refused;
      sent += loudly.sent;
      closed += loudly.lost;
    }
  } finally {
    await flooders.stop();
    await server.stop();
  }
  [...runs.quiet, ...runs.beside].forEach((one) => checkComplete('the rooms beside', one));
  if (refused === 0) throw new Error('nothing was refused to those who sent too much');
  const ratio = p99(runs.beside) / p99(runs.quiet);
  console.log(`Beside two clients that send ${number(rate)} messages/s, of ${number(sent)} of which ${number(refused)} were refused and ${number(closed)} times one was disconnected: `
    + `p99 ${ms(p99(runs.beside))} ms instead of ${ms(p99(runs.quiet))}, ${fixed(ratio)} times`);
  return { rate, sent, refused, closed, ratio, ...runs };
}

export async function run(context) {
  const size = context.quick ? 3000 : 10_000;
  const crowd = generate(context, { users: size, channels: 1, members: size });
  const few = generate(context, { users: 200, rooms: 100 }, [], crowd.data);
  const flood = context.fixedRate ?? 20_000 / size; // messages/s; each goes to all, twice
  const values = { rate: 200, seconds: context.quick ? 4 : 5, warmup: 1 };
  const server = await (await Rookery.start(context, crowd)).connectLoad({});
  // It shares a core with the crowd's, whose bursts are not what is measured.
  const room = await Load.start({ program: context.program('bench_load'), port: server.port, lists: few.lists,
    log: server.log('room'), kind: 'rooms', goesFirst: true });
  const rows = { quiet: [], flooded: [] };
  let events = 0;
  try {
    await room.connect();
    await room.join();
    for (let round = 1; round <= context.fewer(3); round++) {
      const quiet = await room.run(values);
      checkComplete('the quiet room', quiet);
      rows.quiet.push(quiet);
      const [crowded, flooded] = await Promise.all([server.load.run({ ...values, rate: flood, seconds: values.seconds + 1, warmup: 0.5 }), room.run(values)]);
      checkComplete('the flooded channel', crowded);
      checkComplete('the room beside it', flooded);
      rows.flooded.push(flooded);
      events = crowded.events / crowded.seconds;
      context.note(`round ${round}: the room's p99 ${ms(quiet.delivery.p99)} ms, and ${ms(flooded.delivery.p99)} beside ${number(events)} events/s`);
    }
  } finally {
    await room.stop();
    await server.stop();
  }
  const of = (name, key, at) => median(rows[name].map((one) => one[key][at]));
  printTable(`100 rooms of two, 200 messages/s, beside a channel of ${number(size)} with ${fixed(flood, 1)} messages/s`,
    ['', 'delivery p50 ms', 'p99', 'confirm p99'],
    Object.keys(rows).map((name) => [name, ms(of(name, 'delivery', 'p50')), ms(of(name, 'delivery', 'p99')), ms(of(name, 'confirm', 'p99'))]));
  const ratio = p99(rows.flooded) / p99(rows.quiet);
  console.log(`The room's p99 is ${fixed(ratio)} times what it was`);
  const limited = await tooMuch(context, { ...values, seconds: 3 });
  writeJson(context, { size, flood, events, rows, ratio, limited });
}
