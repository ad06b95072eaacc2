import { generate, start } from '../harness/servers.mjs';
import { median, ms, summary } from '../harness/rounds.mjs';
import { fixed, number, printTable, spread, writeJson } from '../harness/report.mjs';
import { profileRun } from '../harness/profile.mjs';

export const about = 'a storm of clients with JWT and CONNECT on a server that knows them';
/** Among those that `--quick` runs when no bench is named. */
export const brief = true;
export const peers = ['rookery', 'node', 'floor-gather'];
export const quickPeers = ['rookery', 'node'];

/** All clients, as fast as they are answered; CPU of the server for one connection. */
export async function storm(server, count) {
  await server.load.ask('vanish');
  await server.load.ask('idle', { seconds: 1 }); // the ends are worked off
  const before = server.cpu();
  const connected = await server.load.connect({ count, window: 512 });
  const after = server.cpu();
  const cpu = Object.keys(after).reduce((sum, group) => sum + after[group] - before[group], 0);
  return { rate: connected.ready / connected.seconds, seconds: connected.seconds, latency99: connected.latency.p99, cpu: cpu / connected.ready };
}

export async function run(context) {
  const count = context.quick ? 2000 : 10_000;
  const people = generate(context, { users: count, rooms: count });
  const samples = new Map();
  const servers = [];
  const result = { count, servers: {} };
  try {
    for (const name of context.peers) {
      const server = await (await start(context, name, people)).connectLoad({ kind: 'rooms' });
      servers.push(server);
      samples.set(name, []);
    }
    for (let round = 1; round <= context.rounds; round++) {
      for (const server of servers) {
        const one = await storm(server, count);
        samples.get(server.name).push(one);
        context.note(`round ${round} ${server.name}: ${number(one.rate)}/s, ${fixed(one.seconds)} s, p99 ${ms(one.latency99)} ms, ${fixed(one.cpu / 1000, 1)} us CPU each`);
      }
    }
    if (context.perf) {
      const [server] = servers;
      result.profile = await profileRun(context, { ...server, pid: server.pid, name: server.name, run: () => storm(server, count) }, {});
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const rows = [...samples].map(([name, list]) => {
    const one = Object.fromEntries(Object.keys(list[0]).map((key) => [key, summary(list.map((sample) => sample[key]))]));
    result.servers[name] = { ...one, perCore: 1e9 / one.cpu.median };
    return [name, spread(one.rate), fixed(one.seconds.median), number(1e9 / one.cpu.median), fixed(one.cpu.median / 1000, 1), ms(median(list.map((sample) => sample.latency99)))];
  });
  printTable(`A storm of ${number(count)} clients, 512 at a time; medians of ${context.rounds} rounds`,
    ['', 'connects/s', 'seconds', 'connects/s and core', 'us CPU each', 'p99 ms'], rows);
  writeJson(context, result);
}
