import { generate, start } from '../harness/servers.mjs';
import { checkComplete, median, ms, summary } from '../harness/rounds.mjs';
import { fixed, number, printTable, spread, writeJson } from '../harness/report.mjs';

export const about = 'permessage-deflate: bytes on the wire and what they cost, 10 channels of 100, bodies of 2 000 bytes';
/** Among those that `--quick` runs when no bench is named. */
export const brief = true;
export const peers = ['rookery', 'node'];
export const quickPeers = ['rookery'];

/** At one rate for all, with compression and without; a frame is compressed once, or once for each reader. */
export async function run(context) {
  const values = { rate: context.fixedRate ?? 5, seconds: context.quick ? 2 : 3, warmup: 0.5, body: 2000 };
  const servers = [];
  const samples = new Map();
  try {
    for (const name of context.peers) {
      for (const deflate of [false, true]) {
        const people = generate(context, { users: 1000, channels: 10, members: 100 });
        const server = await (await start(context, name, people, deflate ? { deflate, name: `${name}-deflate` } : {})).connectLoad({});
        server.label = deflate ? `${name}, compressed` : name;
        servers.push(server);
        samples.set(server.label, []);
      }
    }
    for (let round = 0; round < context.rounds; round++) {
      for (const server of servers) {
        const one = await server.run(values);
        checkComplete(server.label, one);
        samples.get(server.label).push({ bytes: one.bytes / one.events, cpu: one.perEvent.loops + one.perEvent.other,
          p50: one.delivery.p50, p99: one.delivery.p99 });
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const of = (list, key) => list.map((one) => one[key]);
  const rows = [...samples].map(([label, list]) => ({ label, bytes: median(of(list, 'bytes')), cpu: summary(of(list, 'cpu')),
    p50: median(of(list, 'p50')), p99: median(of(list, 'p99')) }));
  printTable(`10 channels of 100 readers, bodies of 2 000 random letters, ${number(values.rate)} messages/s; medians of ${context.rounds} rounds`,
    ['', 'bytes/event', 'CPU us/event', 'delivery p50 ms', 'p99'],
    rows.map((row) => [row.label, number(row.bytes), spread(row.cpu, (value) => fixed(value / 1000)), ms(row.p50), ms(row.p99)]));
  writeJson(context, { rows });
}
