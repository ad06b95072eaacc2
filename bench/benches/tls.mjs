import { generate, makeCertificate, start } from '../harness/servers.mjs';
import { checkComplete, ms, summary } from '../harness/rounds.mjs';
import { fixed, number, printTable, spread, writeJson } from '../harness/report.mjs';
import { storm } from './connect.mjs';

export const about = 'TLS beside none: connects a second and CPU per event, 10 channels of 100';
/** Among those that `--quick` runs when no bench is named. */
export const brief = true;
export const peers = ['rookery', 'node'];
export const quickPeers = ['rookery'];

export async function run(context) {
  const count = 1000;
  const certificate = makeCertificate(context);
  const values = { rate: context.fixedRate ?? 80, seconds: context.quick ? 1 : 1.5, warmup: 0.5 };
  const servers = [];
  const samples = new Map();
  try {
    for (const name of context.peers) {
      for (const one of [undefined, certificate]) {
        const people = generate(context, { users: count, channels: 10, members: 100 });
        const server = await (await start(context, name, people, one ? { certificate, name: `${name}-tls` } : {})).connectLoad({});
        server.label = one ? `${name}, TLS` : name;
        servers.push(server);
        samples.set(server.label, []);
      }
    }
    for (let round = 0; round < context.rounds; round++) {
      for (const server of servers) {
        const connects = await storm(server, count);
        await server.settle();
        const one = await server.run(values);
        checkComplete(server.label, one);
        samples.get(server.label).push({ connects: connects.rate, connectCpu: connects.cpu, cpu: one.perEvent.loops + one.perEvent.other,
          p50: one.delivery.p50, p99: one.delivery.p99 });
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const of = (list, key) => list.map((one) => one[key]);
  const rows = [...samples].map(([label, list]) => ({ label, ...Object.fromEntries(Object.keys(list[0]).map((key) => [key, summary(of(list, key))])) }));
  printTable(`A storm of ${number(count)} clients, then ${number(values.rate)} messages/s of 200 bytes to channels of 100; medians of ${context.rounds} rounds`,
    ['', 'connects/s', 'us CPU each', 'CPU us/event', 'delivery p50 ms', 'p99'],
    rows.map((row) => [row.label, spread(row.connects), fixed(row.connectCpu.median / 1000, 1), spread(row.cpu, (value) => fixed(value / 1000)),
      ms(row.p50.median), ms(row.p99.median)]));
  writeJson(context, { rows });
}
