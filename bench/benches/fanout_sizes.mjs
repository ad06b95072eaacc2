// What an event costs in small and in large channels; the second half of `fanout`.

import { generate, start } from '../harness/servers.mjs';
import { checkComplete, median, ms } from '../harness/rounds.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';

const peers = ['rookery', 'node', 'floor-each'];
/** Channels of so many members; messages a second that every peer can carry. */
const sizes = [
  { members: 2, channels: 500, rate: 1000 },
  { members: 10, channels: 100, rate: 250 },
  { members: 100, channels: 10, rate: 50 },
  { members: 1000, channels: 1, rate: 10 },
  { members: 10_000, channels: 1, rate: 1 },
];

async function measure(context, { members, channels, rate }, bodies) {
  const people = generate(context, { users: members * channels, channels, members });
  const servers = [];
  const rows = [];
  try {
    for (const name of peers.filter((one) => context.peers.includes(one))) servers.push(await (await start(context, name, people)).connectLoad({}));
    for (const body of bodies) {
      const samples = new Map(servers.map((server) => [server, []]));
      const most = body === bodies[0] ? 2 : 1; // so that all benches together take half an hour
      for (let round = 0; round < context.fewer(most); round++) {
        for (const server of servers) {
          const one = await server.run({ rate, body, seconds: context.quick ? 1 : 1.2, warmup: 0.3 });
          checkComplete(server.name, one);
          samples.get(server).push(one);
        }
      }
      for (const [server, list] of samples) {
        const of = (get) => median(list.map(get));
        rows.push({ members, body, server: server.name, rate, cpu: of(({ perEvent }) => perEvent.loops + perEvent.other),
          p50: of(({ delivery }) => delivery.p50), p99: of(({ delivery }) => delivery.p99) });
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  return rows;
}

export async function measureSizes(context) {
  const rows = [];
  for (const size of context.quick ? [sizes[3]] : sizes) rows.push(...await measure(context, size, context.quick ? [200] : [200, 2048]));
  printTable('Channels of other sizes, at a rate that all carry', ['members', 'body', 'server', 'messages/s', 'CPU us/event', 'delivery p50 ms', 'p99'],
    rows.map((row) => [number(row.members), row.body, row.server, number(row.rate), fixed(row.cpu / 1000), ms(row.p50), ms(row.p99)]));
  writeJson({ ...context, bench: 'fanout-sizes' }, { rows });
}
