import { generate, makeCertificate, start } from '../harness/servers.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';
import { kernelMemory } from '../harness/processes.mjs';

export const about = 'memory and CPU of connections on which nothing happens';
/** Among those that `--quick` runs when no bench is named. */
export const brief = true;
export const peers = ['rookery', 'node', 'floor-gather'];
export const quickPeers = ['rookery', 'node'];

const counts = (context, name, transport) => {
  if (context.quick) return [2000];
  if (transport === 'polling') return [9000]; // two descriptors a client
  if (transport !== 'websocket' || /^floor/.test(name)) return [10_000];
  return name === 'node' ? [1000, 10_000] : [1000, 10_000, 19_000]; // 20 000 descriptors a process
};

async function measure(context, name, transport, people, certificate) {
  const server = await start(context, name, people, certificate && { certificate });
  const rows = [];
  try {
    await server.connectLoad({ kind: 'rooms', transport: transport.split(',')[0], count: 1 });
    const before = server.memory();
    const kernelBefore = kernelMemory();
    for (const count of counts(context, name, transport)) {
      await server.settle(count);
      await server.load.ask('idle', { seconds: context.quick ? 1 : 2 });
      const now = server.memory();
      const kernel = kernelMemory();
      const isLast = count === counts(context, name, transport).at(-1);
      // A whole pingInterval where heartbeats are compared.
      const seconds = context.quick ? 2 : isLast && transport === 'websocket' && !/^floor/.test(name) ? 26 : 3;
      const cpuBefore = server.cpu();
      const { lost } = await server.load.ask('idle', { seconds });
      if (lost > 0) throw new Error(`${name}: ${lost} idle connections were lost`);
      const cpuAfter = server.cpu();
      const cpu = Object.keys(cpuAfter).reduce((sum, group) => sum + cpuAfter[group] - cpuBefore[group], 0);
      const each = (key) => (now[key] - before[key]) / (count - 1);
      rows.push({ server: name, transport, count, rss: each('rss'), pss: each('pss'), anonymous: each('anonymous'),
        kernel: (kernel.slab - kernelBefore.slab) / (count - 1), cpuPercent: cpu / seconds / 1e7 });
      context.note(`${name} ${transport} ${count}: ${number(each('rss'))} B each (RSS), ${fixed(cpu / seconds / 1e7)} % of a core`);
    }
  } finally {
    await server.stop();
  }
  return rows;
}

export async function run(context) {
  const most = context.quick ? 2000 : 19_000;
  const people = generate(context, { users: most, rooms: most });
  const certificate = makeCertificate(context);
  const all = [];
  for (const name of context.peers) {
    all.push(...await measure(context, name, 'websocket', people));
    if (/^floor/.test(name)) continue;
    if (name === 'rookery' || !context.quick) all.push(...await measure(context, name, 'websocket, TLS', people, certificate));
    if (name === 'rookery') all.push(...await measure(context, name, 'polling', people));
  }
  printTable('Idle connections, authenticated, each in two rooms; bytes for one connection',
    ['', 'transport', 'connections', 'RSS', 'PSS', 'anonymous', 'kernel, both ends', 'CPU %'],
    all.map((row) => [row.server, row.transport, number(row.count), number(row.rss), number(row.pss), number(row.anonymous), number(row.kernel), fixed(row.cpuPercent)]));
  writeJson(context, { rows: all });
}
