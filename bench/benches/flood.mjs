import { Load } from '../harness/load.mjs';
import { Rookery, generate } from '../harness/servers.mjs';
import { checkComplete, median, ms } from '../harness/rounds.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';

export const about = 'a small room beside a channel of ten thousand that is flooded: what the room notices';
export const peers = [];

export async function run(context) {
  const size = context.quick ? 3000 : 10_000;
  const crowd = generate(context, { users: size, channels: 1, members: size });
  const few = generate(context, { users: 200, rooms: 100 }, [], crowd.data);
  const flood = context.fixedRate ?? 20_000 / size; // messages/s; each goes to all, twice
  const values = { rate: 200, seconds: context.quick ? 4 : 8, warmup: 1 };
  const server = await (await Rookery.start(context, crowd)).connectLoad({});
  // It shares a core with the crowd's, whose bursts are not what is measured.
  const room = await Load.start({ program: context.program('bench_load'), port: server.port, lists: few.lists,
    log: server.log('room'), kind: 'rooms', goesFirst: true });
  const rows = { quiet: [], flooded: [] };
  let events = 0;
  try {
    await room.connect();
    await room.join();
    for (let round = 1; round <= Math.min(context.rounds, 3); round++) {
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
  const ratio = of('flooded', 'delivery', 'p99') / of('quiet', 'delivery', 'p99');
  console.log(`The room's p99 is ${fixed(ratio)} times what it was`);
  writeJson(context, { size, flood, events, rows, ratio });
}
