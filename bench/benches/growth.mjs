import { generate, start } from '../harness/servers.mjs';
import { checkComplete, summary } from '../harness/rounds.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';

export const about = 'what a delivery costs with 100 to 19 000 connections, beside the floor at the same number';
export const peers = ['rookery', 'floor-each'];

/** Channels of 100 all the way, and as many events a second at every size. */
export async function run(context) {
  const sizes = context.quick ? [100, 1000, 5000] : [100, 1000, 10_000, 19_000];
  const values = { rate: 100, seconds: context.quick ? 2 : 1.5, warmup: 0.3 };
  const rows = [];
  for (const size of sizes) {
    const people = generate(context, { users: size, channels: size / 100, members: 100 });
    const servers = [];
    try {
      for (const name of context.peers) servers.push(await (await start(context, name, people)).connectLoad({}));
      const samples = new Map(servers.map((server) => [server, []]));
      for (let round = 0; round < context.rounds; round++) {
        for (const server of servers) {
          const one = await server.run(values);
          checkComplete(server.name, one);
          samples.get(server).push(one.perEvent.loops + one.perEvent.other);
        }
      }
      const floor = servers.find(({ name }) => name === 'floor-each');
      for (const [server, list] of samples) {
        const cost = summary(list);
        const ratio = floor ? cost.median / summary(samples.get(floor)).median : undefined;
        rows.push({ size, server: server.name, cost, ratio });
        context.note(`${size} connections, ${server.name}: ${fixed(cost.median / 1000)} us`);
      }
    } finally {
      for (const server of servers) await server.stop();
    }
  }
  printTable('CPU for one delivery, microseconds, 20 000 events a second', ['connections', 'server', 'us', 'low', 'high', 'to the floor'],
    rows.map(({ size, server, cost, ratio }) => [number(size), server, ...['median', 'low', 'high'].map((key) => fixed(cost[key] / 1000)), fixed(ratio)]));
  writeJson(context, { rows });
}
