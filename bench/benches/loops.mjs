import { Rookery, generate } from '../harness/servers.mjs';
import { saturate, summary } from '../harness/rounds.mjs';
import { fixed, number, printTable, spread, writeJson } from '../harness/report.mjs';
import { cpus } from 'node:os';

export const about = 'one loop against two, 500 one-to-one rooms';
export const peers = [];

export async function run(context) {
  const people = generate(context, { users: 1000, rooms: 500 });
  const other = generate(context, { users: 1000, rooms: 500 });
  const values = { seconds: 2, warmup: 0.5 };
  const servers = [];
  const samples = new Map();
  try {
    for (const [loops, where] of [[1, people], [2, other]]) {
      const server = await (await Rookery.start(context, where, { loops, name: `rookery-${loops}` })).connectLoad({ kind: 'rooms' });
      servers.push(server);
      samples.set(server.name, { rates: [], cpu: [], start: 10_000 });
    }
    for (let round = 1; round <= context.fewer(2); round++) {
      for (const server of servers) {
        const into = samples.get(server.name);
        const best = await saturate(server, { start: into.start, precision: 0.12, values, step: round === 1 ? 1.6 : 1.2 });
        into.start = best.rate;
        into.rates.push(best.rate);
        into.cpu.push(best.cpu.loops / best.seconds / 1e9);
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const free = cpus().length - 1;
  const rows = [...samples].map(([name, { rates, cpu }]) => [name, spread(summary(rates)), fixed(summary(cpu).median)]);
  printTable(`One loop against two; ${free} core(s) here are not the load's${free < 2 ? ', so the second loop shares one with it' : ''}`,
    ['', 'messages/s', 'cores used by loops'], rows);
  writeJson(context, { coresFree: free, servers: Object.fromEntries([...samples].map(([name, { rates, cpu }]) => [name, { saturation: summary(rates), cores: summary(cpu) }])) });
}
