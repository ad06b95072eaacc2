import { generate, start } from '../harness/servers.mjs';
import { checkComplete, ms, saturate } from '../harness/rounds.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';
import { median } from '../harness/rounds.mjs';

export const about = 'from receipt to delivery and to confirmation with 1 000 clients, at 10, 50 and 80 % of saturation';
export const peers = ['rookery', 'node'];

const shapes = {
  fanout: { kind: 'channels', people: { users: 1000, channels: 10, members: 100 }, starts: { rookery: 5000, node: 250 } },
  rooms: { kind: 'rooms', people: { users: 1000, rooms: 500 }, starts: { rookery: 10_000, node: 2500 } },
};

export async function run(context) {
  const rows = [];
  const values = { seconds: 2, warmup: 0.5 };
  for (const [shape, { kind, people: counts, starts }] of Object.entries(shapes)) {
    const people = generate(context, counts);
    const servers = [];
    try {
      for (const name of context.peers) servers.push(await (await start(context, name, people)).connectLoad({ kind }));
      for (const server of servers) server.full = (await saturate(server, { start: starts[server.name] ?? starts.rookery, precision: 0.25, values: { ...values, seconds: 1.5 } })).rate;
      for (const share of [0.1, 0.5, 0.8]) {
        const samples = new Map(servers.map((server) => [server, []]));
        for (let round = 0; round < context.fewer(2); round++) {
          for (const server of servers) {
            const one = await server.run({ ...values, rate: Math.max(Math.round(server.full * share), 1) });
            checkComplete(server.name, one);
            samples.get(server).push(one);
          }
        }
        for (const [server, list] of samples) {
          const of = (key, at) => median(list.map((one) => one[key][at]));
          const row = { shape, server: server.name, share, rate: list[0].rate, delivery50: of('delivery', 'p50'), delivery99: of('delivery', 'p99'),
            confirm50: of('confirm', 'p50'), confirm99: of('confirm', 'p99') };
          rows.push(row);
          context.note(`${shape} ${server.name} at ${fixed(share * 100, 0)} %: delivery ${ms(row.delivery50)}/${ms(row.delivery99)}, confirm ${ms(row.confirm50)}/${ms(row.confirm99)} ms`);
        }
      }
    } finally {
      for (const server of servers) await server.stop();
    }
  }
  printTable('Latency with 1 000 clients, from when a message was due, ms', ['', 'server', 'load', 'messages/s', 'delivery p50', 'p99', 'confirm p50', 'p99'],
    rows.map((row) => [row.shape, row.server, `${fixed(row.share * 100, 0)} %`, number(row.rate), ms(row.delivery50), ms(row.delivery99), ms(row.confirm50), ms(row.confirm99)]));
  writeJson(context, { rows });
}
