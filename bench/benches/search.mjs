// Search in 1 000 000 messages, on both stores, through REST.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HttpLoad, lifted } from '../harness/http.mjs';
import { Postgres } from '../harness/postgres.mjs';
import { cores, startServer, stopServer, threads } from '../harness/processes.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';
import { median } from '../harness/rounds.mjs';
import { limits } from '../harness/servers.mjs';

export const about = 'search in a million messages, on SQLite and on PostgreSQL: words rare and common, prefixes, phrases, filters';
/** Not among those that run when no bench is named. */
export const apart = true;

const people = { users: 1_000, channels: 100, rooms: 3_000 };
const words = 20_000;
/** What its manual takes for a reasonable start, a quarter of the memory, of a machine of 8 GiB. */
const memory = 'shared_buffers=2GB';
const oldest = Date.UTC(2024, 0, 1);

/** The same numbers in every run. */
function randomOf(seed) {
  let state = seed;
  return (end) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * end);
  };
}

const syllables = ['ba', 'ko', 'mi', 'ren', 'tal', 'su', 'ver', 'no', 'quil', 'da', 'fe', 'zor', 'lin', 'pa', 'hu', 'gra', 'xi', 'wen', 'jo', 'ce'];
const word = (rank) => syllables[rank % 20] + syllables[Math.floor(rank / 20) % 20] + syllables[Math.floor(rank / 400) % 20] + (rank >= 8_000 ? 'n' : '');
/** Few words are most of what is said: the nth comes about 1/n as often as the first. */
const rankOf = (random) => Math.floor(words ** (random(1_000_000) / 1_000_000)) - 1;

const id = (kind, index) => ({ $oid: kind.toString(16).padStart(8, '6') + index.toString(16).padStart(16, '0') });
const date = (ms) => ({ $date: new Date(ms).toISOString() });

/** A system as `mongoexport` prints it; answers some phrases that were said. */
async function writeDump(folder, messages) {
  mkdirSync(folder, { recursive: true });
  const file = async (name, count, document) => {
    const out = createWriteStream(join(folder, `${name}.json`));
    let part = '';
    for (let index = 0; index < count; index++) {
      part += `${JSON.stringify(document(index))}\n`;
      if (part.length > 1_000_000) {
        if (!out.write(part)) await once(out, 'drain');
        part = '';
      }
    }
    out.end(part);
    await once(out, 'close');
  };
  const random = randomOf(7);
  const phrases = [];
  const say = (index, ms) => {
    const said = Array.from({ length: 6 + random(18) }, () => word(rankOf(random)));
    if (random(messages / 500) === 0) phrases.push(`${said[1]} ${said[2]}`);
    return { body: `${said.join(' ')} n${index}`, createdAt: date(ms), updatedAt: date(ms) };
  };
  const times = { createdAt: date(oldest), updatedAt: date(oldest) };
  const member = (index) => ({ memberId: id(1, index), role: index === 0 ? 'admin' : 'member' });
  await file('users', people.users, (index) => ({ _id: id(1, index), username: `user${index}`, email: `user${index}@example.org`,
    password: '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', ...times }));
  await file('workspaces', 1, () => ({ _id: id(2, 0), name: 'Works', joinCode: 'ABC123', ...times,
    members: Array.from({ length: people.users }, (_, index) => member(index)),
    channels: Array.from({ length: people.channels }, (_, index) => id(3, index)) }));
  await file('channels', people.channels, (index) => ({ _id: id(3, index), name: `channel${index}`, workspaceId: id(2, 0), ...times }));
  await file('rooms', people.rooms, (index) => ({ _id: id(4, index), senderId: id(1, index % people.users),
    recieverId: id(1, (index + 1 + Math.floor(index / people.users)) % people.users), ...times }));
  const inChannels = Math.round(messages * 0.7);
  await file('messages', inChannels, (index) => ({ _id: id(5, index), channelId: id(3, random(people.channels)), workspaceId: id(2, 0),
    senderId: id(1, random(people.users)), ...say(index, oldest + index * 60_000) }));
  let lastRoom;
  await file('directmessages', messages - inChannels, (index) => {
    const room = random(people.rooms);
    lastRoom = room;
    return { _id: id(6, index), roomId: id(4, room), senderId: id(1, room % people.users), ...say(inChannels + index, oldest + index * 60_000) };
  });
  // They are indexed in the order in which they were imported; their senders find them.
  return { phrases, last: [[`n${inChannels - 1}`, 0], [`n${messages - 1}`, lastRoom % people.users]] };
}

const kinds = (phrases) => {
  const random = randomOf(11);
  const rare = () => word(15_000 + random(5_000));
  const common = () => word(random(12));
  return {
    'a rare word': rare,
    'a common word': common,
    'two common words': () => `${common()} ${common()}`,
    'a common and a rare word': () => `${common()} ${rare()}`,
    'a prefix': () => `${word(random(words)).slice(0, 4)}*`,
    'a phrase': () => `"${phrases[random(phrases.length)]}"`,
    'common, from:': () => `${common()} from:user${random(people.users)}`,
    'common, in:': () => `${common()} in:channel${random(people.channels)}`,
    'common, before:': () => `${common()} before:2024-${String(1 + random(11)).padStart(2, '0')}-15`,
    'what nobody said': () => `absent${random(1_000_000)}`,
  };
};

async function measure(context, store, dump) {
  const data = join(context.scratch, store);
  const log = join(context.output, 'logs', `search-${store}.log`);
  const postgres = store === 'postgresql' ? await Postgres.start(context, log.replace('.log', '-db.log'), [memory], `${cores.server},${cores.other}`) : undefined;
  const where = ['--data', data, ...(postgres ? ['--store', postgres.url] : [])];
  const rookery = (...argv) => execFileSync(context.program('rookery'), argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  let server;
  let load;
  try {
    const began = performance.now();
    rookery('import', ...where, dump.folder);
    const imported = (performance.now() - began) / 1000;
    context.note(`${store}: imported in ${fixed(imported, 1)} s`);
    const tokens = Array.from({ length: 20 }, (_, index) => rookery('token', ...where, '--user', `user${index * 37}`).trim());
    const settings = Object.entries({ ...limits, ...lifted }).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    server = await startServer([context.program('rookery'), 'serve', '--listen', '127.0.0.1:0', ...where, '--loops', '1', ...settings],
      { core: cores.server, log });
    const address = (query) => `/api/v1/search?q=${encodeURIComponent(query)}`;
    const indexing = performance.now();
    for (const [last, user] of dump.last) {
      const token = rookery('token', ...where, '--user', `user${user}`).trim();
      for (;;) {
        const answer = await fetch(`http://127.0.0.1:${server.port}${address(last)}`, { headers: { 'access-token': token } });
        if ((await answer.json()).data.matches.length > 0) break;
        if (performance.now() - indexing > 900_000) throw new Error('the index does not catch up');
        await new Promise((later) => { setTimeout(later, 1_000); });
      }
    }
    const indexed = (performance.now() - indexing) / 1000;
    context.note(`${store}: indexed in ${fixed(indexed, 1)} s`);
    // Its planner knows the words from autovacuum's statistics, which come within a minute.
    if (postgres) await new Promise((later) => { setTimeout(later, 75_000); });
    load = new HttpLoad(log.replace('.log', '-load.log'));
    const rows = [];
    for (const [kind, query] of Object.entries(kinds(dump.phrases))) {
      const requests = Array.from({ length: 400 }, (_, index) => ({ path: address(query()), token: tokens[index % tokens.length] }));
      const values = { port: server.port, rate: 40, seconds: context.quick ? 3 : 8, requests };
      await load.run({ ...values, seconds: 2 });
      const results = [];
      const before = threads(server.pid).reduce((sum, { cpu }) => sum + cpu, 0);
      for (let round = 0; round < context.rounds; round++) results.push(await load.run(values));
      const cpu = (threads(server.pid).reduce((sum, one) => sum + one.cpu, 0) - before) / 1e6 / results.reduce((sum, one) => sum + one.count, 0);
      const failed = results.reduce((sum, one) => sum + one.failed, 0);
      if (failed > 0) throw new Error(`${store}, ${kind}: ${failed} failed`);
      rows.push({ store, kind, p50: median(results.map((one) => one.p50)), p99: median(results.map((one) => one.p99)), cpu });
      context.note(`${store}, ${kind}: p99 ${fixed(rows.at(-1).p99)} ms`);
    }
    return { store, imported, indexed, rows };
  } finally {
    await load?.stop();
    if (server) await stopServer(server.child);
    await postgres?.stop();
  }
}

export async function run(context) {
  const messages = context.quick ? 100_000 : 1_000_000;
  const folder = join(context.scratch, 'dump');
  const dump = { folder, ...(await writeDump(folder, messages)) };
  context.note(`${number(messages)} messages written down`);
  const stores = [];
  for (const store of ['sqlite', 'postgresql']) stores.push(await measure(context, store, dump));
  printTable(`search in ${number(messages)} messages, 40 queries a second; PostgreSQL with ${memory} on both cores; medians of ${context.rounds} rounds`,
    ['', ...stores.flatMap(({ store }) => [`${store} p50 ms`, 'p99', 'server ms/query'])],
    stores[0].rows.map(({ kind }, index) => [kind, ...stores.flatMap(({ rows }) => [fixed(rows[index].p50), fixed(rows[index].p99), fixed(rows[index].cpu)])]));
  for (const { store, imported, indexed } of stores) {
    console.log(`${store}: imported in ${fixed(imported, 1)} s, indexed in ${fixed(indexed, 1)} s`);
  }
  writeJson(context, { messages, stores });
}
