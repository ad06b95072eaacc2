// What a durable confirmation costs, beside the disk's own fsync and beside bare inserts.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cores } from '../harness/processes.mjs';
import { Postgres } from '../harness/postgres.mjs';
import { checkComplete, median, ms, summary } from '../harness/rounds.mjs';
import { fixed, number, printTable, spread, writeJson } from '../harness/report.mjs';
import { Rookery, generate } from '../harness/servers.mjs';

export const about = 'confirms a second and time to confirm with 1 to 1 000 senders, on both stores; emits beside a slow disk';
/** Not among those that run when no bench is named. */
export const apart = true;

const senderCounts = [1, 10, 100, 1000];
const people = { users: 1000, rooms: 500 };
const slowSyncMs = 100;
const calmRate = 1000; // messages a second, for emits beside a slow disk

const ask = (context, args) => execFileSync(context.program('bench_store'), args.map(String), { encoding: 'utf8' })
  .trim().split('\n').map((line) => JSON.parse(line));

async function startBoth(context) {
  const sqlite = generate(context, people);
  const postgres = await Postgres.start(context, join(context.output, 'logs', 'store-postgres.log'));
  const inPostgres = generate(context, people, ['--store', postgres.url]);
  const servers = [await Rookery.start(context, sqlite, { name: 'sqlite' }),
    await Rookery.start(context, inPostgres, { name: 'postgresql', args: ['--store', postgres.url] })];
  for (const server of servers) await server.connectLoad({ kind: 'rooms' });
  return { servers, postgres, folder: sqlite.data };
}

/** Real sockets, stores in turn, with the disk's own fsync measured before each round. */
async function throughSockets(context, samples, syncs) {
  const { servers, postgres, folder } = await startBoth(context);
  const seconds = context.quick ? 1.5 : 3;
  try {
    for (let round = 0; round < context.rounds; round++) {
      syncs.push(ask(context, ['sync', '--folder', folder, '--seconds', 1])[0]);
      for (const senders of senderCounts) {
        for (const server of servers) {
          const one = await server.load.run({ senders, seconds, warmup: seconds / 4 }, undefined, 'ask');
          checkComplete(server.name, one);
          const key = `${server.name} ${senders}`;
          if (!samples.has(key)) samples.set(key, []);
          samples.get(key).push(one);
          context.note(`${key}: ${number(one.rate)}/s, confirm ${ms(one.ack.p50)}/${ms(one.ack.p99)} ms`);
        }
      }
    }
  } finally {
    for (const server of servers) await server.stop();
    await postgres.stop();
  }
}

/** The same above virtual sockets, and bare inserts in groups of the size that was met there. */
function withoutSockets(context, above, bare) {
  const seconds = context.quick ? 1.5 : 3;
  for (let round = 0; round < context.rounds; round++) {
    const { data, lists } = generate(context, people); // both begin with an empty store
    const runs = ask(context, ['virtual', '--store', `sqlite:${join(data, 'rookery.db')}`, '--secret', join(data, 'secret.key'),
      '--lists', lists, '--seconds', seconds, '--senders', ...senderCounts]);
    runs.forEach((one) => above.get(one.senders).push(one));
    const most = runs.at(-1);
    const folder = join(context.scratch, `bare-${context.unique()}`);
    mkdirSync(folder);
    const inserts = ask(context, ['bare', '--folder', folder, '--group', Math.round(most.group), '--seconds', seconds])[0];
    bare.push({ ...inserts, share: most.rate / inserts.rate });
    context.note(`above virtual sockets ${number(most.rate)}/s in groups of ${fixed(most.group, 0)}, bare ${number(inserts.rate)}/s: ${fixed(most.rate / inserts.rate)}`);
  }
}

/** Emits while every fsync takes 100 ms, and while none does more than it must. */
async function besideSlowDisk(context, healthy, slow) {
  const shim = context.program('disk_shim.so');
  if (!existsSync(shim)) throw new Error(`${shim} is missing`);
  const faults = join(context.scratch, 'disk-faults');
  ask(context, ['slow-disk', '--file', faults, '--sync-ms', slowSyncMs]);
  const values = { rate: calmRate, seconds: context.quick ? 2 : 4, warmup: 1 };
  const servers = [];
  try {
    for (const isSlow of [false, true]) {
      const made = generate(context, people);
      const undo = join(context.scratch, `undo-${context.unique()}`);
      mkdirSync(undo);
      const env = isSlow ? { LD_PRELOAD: shim, ROOKERY_DISK_FAULTS: faults, ROOKERY_DISK_UNDO: undo,
        ROOKERY_DISK_PREFIX: join(made.data, 'rookery.db') } : {};
      servers.push(await (await Rookery.start(context, made, { name: isSlow ? 'slow-disk' : 'healthy', env })).connectLoad({ kind: 'rooms' }));
    }
    for (let round = 0; round < context.rounds; round++) {
      for (const [at, server] of servers.entries()) {
        const one = await server.run(values);
        checkComplete(server.name, one);
        [healthy, slow][at].push(one);
        context.note(`${server.name}: emit ${ms(one.delivery.p50)}/${ms(one.delivery.p99)}, confirm ${ms(one.confirm.p50)}/${ms(one.confirm.p99)} ms`);
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
}

export async function run(context) {
  const samples = new Map();
  const syncs = [];
  const above = new Map(senderCounts.map((senders) => [senders, []]));
  const bare = [];
  const [healthy, slow] = [[], []];
  await throughSockets(context, samples, syncs);
  withoutSockets(context, above, bare);
  await besideSlowDisk(context, healthy, slow);

  const sync = { p50: median(syncs.map(({ p50 }) => p50)), p99: median(syncs.map(({ p99 }) => p99)) };
  const rows = [...samples].map(([key, list]) => {
    const [store, senders] = key.split(' ');
    return { store, senders: Number(senders), rate: summary(list.map(({ rate }) => rate)),
      p50: median(list.map(({ ack }) => ack.p50)), p99: median(list.map(({ ack }) => ack.p99)) };
  });
  for (const [senders, list] of above) {
    rows.push({ store: 'sqlite, virtual sockets', senders, rate: summary(list.map(({ rate }) => rate)),
      p50: median(list.map(({ ack }) => ack.p50)), p99: median(list.map(({ ack }) => ack.p99)), group: median(list.map(({ group }) => group)) });
  }
  printTable(`Everybody waits for his confirmation; a write and fsync of the disk alone: ${ms(sync.p50)} (p50), ${ms(sync.p99)} ms (p99)`,
    ['store', 'senders', 'confirms/s', 'p50 ms', 'p99 ms', 'p50 in fsyncs'],
    rows.map((row) => [row.store, row.senders, spread(row.rate), ms(row.p50), ms(row.p99), fixed(row.p50 / sync.p50, 1)]));
  const inserts = summary(bare.map(({ rate }) => rate));
  const share = summary(bare.map((one) => one.share));
  console.log(`\nBare prepared inserts in groups of ${fixed(median(bare.map(({ group }) => group)), 0)}: ${spread(inserts)} rows/s;`
    + ` 1 000 senders on virtual sockets reach ${spread(share, (value) => fixed(value))} of that`);
  const emit = [healthy, slow].map((list) => summary(list.map(({ delivery }) => delivery.p99)));
  console.log(`Emit p99 at ${number(calmRate)} messages/s: ${spread(emit[0], ms)} ms, ${spread(emit[1], ms)} ms while an fsync takes ${slowSyncMs} ms:`
    + ` ${fixed(emit[1].median / emit[0].median)} times`);
  writeJson(context, { sync, rows, bare: { inserts, share }, emit: { healthy: emit[0], slow: emit[1] }, cores });
}
