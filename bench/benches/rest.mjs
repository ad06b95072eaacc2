import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpLoad, lifted } from '../harness/http.mjs';
import { Postgres } from '../harness/postgres.mjs';
import { cores, startServer, stopServer, threads } from '../harness/processes.mjs';
import { fixed, number, printTable, spread, writeJson } from '../harness/report.mjs';
import { checkComplete, median, ms, summary } from '../harness/rounds.mjs';
import { Rookery, generate, limits } from '../harness/servers.mjs';

export const about = 'sign-in, rooms with their last message and pages of messages beside Express; and what messages notice of it';
/** Not among those that run when no bench is named. */
export const apart = true;
export const peers = ['rookery', 'node'];

const table = (folder, name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean).map((line) => line.split('\t'));

/** 40 messages in every room, put there by SQL: both servers read the same rows. */
function fillRooms(url) {
  const sql = `INSERT INTO messages (conversation_id, seq, id, commit_no, version, kind, status, sender_id, created_at, body)
    SELECT r.id, s, decode('6b000000' || lpad(to_hex(row_number() OVER ()), 16, '0'), 'hex'), row_number() OVER (), 1, 0, 0,
      CASE WHEN s % 2 = 0 THEN r.sender_id ELSE r.reciever_id END, r.created_at + s, repeat('words of a message ', 10)
    FROM rooms AS r, generate_series(1, 40) AS s;
    UPDATE meta SET value = (SELECT max(commit_no) FROM messages) WHERE key = 'last_commit_no';
    UPDATE search_progress SET commit_no = (SELECT max(commit_no) FROM messages); ANALYZE;`;
  execFileSync('psql', ['-Xq', url, '-c', sql], { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function compare(context) {
  const postgres = await Postgres.start(context, join(context.output, 'logs', 'rest-postgres.log'));
  const folder = join(context.scratch, 'rest');
  const [data, lists] = [join(folder, 'data'), join(folder, 'lists')];
  const counts = { users: 1000, rooms: 10_000 };
  execFileSync(context.program('rookery'), ['generate', '--data', data, '--store', postgres.url, '--users', counts.users,
    '--rooms', counts.rooms, '--channels', 0, '--members', 0, '--out', lists].map(String), { stdio: 'ignore' });
  fillRooms(postgres.url);
  const secret = readFileSync(join(data, 'secret.key'), 'utf8').trim();
  const settings = Object.entries({ ...limits, ...lifted }).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const log = (name) => join(context.output, 'logs', `rest-${name}.log`);
  const makers = {
    rookery: () => startServer([context.program('rookery'), 'serve', '--listen', '127.0.0.1:0', '--data', data, '--store', postgres.url,
      '--loops', '1', ...settings], { core: cores.server, log: log('rookery') }),
    node: () => startServer([process.execPath, 'server.js'], { core: cores.server, log: log('node'),
      cwd: join(context.tree, 'bench', 'peers', 'node-rest'), env: { DATABASE_URL: postgres.url, SECRET: secret } }),
  };
  const servers = [];
  const load = new HttpLoad(log('load'));
  try {
    for (const name of context.peers) servers.push({ name, ...(await makers[name]()) });
    const users = table(lists, 'users.tsv');
    const tokens = new Map(users.map(([id, , token]) => [id, token]));
    const account = { email: 'bench@example.org', username: 'bench', password: 'A password of the bench' };
    const made = await fetch(`http://127.0.0.1:${servers[0].port}/api/v1/users/signup`, { method: 'POST', body: JSON.stringify(account),
      headers: { 'content-type': 'application/json' } });
    if (made.status !== 200) throw new Error(`nobody could sign up: ${await made.text()}`);
    const requests = {
      'rooms with last message': users.map(([, , token]) => ({ path: '/api/v1/room', token })),
      'page of 20 messages': table(lists, 'rooms.tsv').map(([id, user]) => ({ path: `/api/v1/directMessages/${id}`, token: tokens.get(user) })),
      'sign-in': [{ method: 'POST', path: '/api/v1/users/signin', body: JSON.stringify({ loginType: 'username', ...account }) }],
    };
    const rates = { 'rooms with last message': 150, 'page of 20 messages': 300, 'sign-in': 10 };
    const cpuOf = ({ pid }) => threads(pid).reduce((sum, { cpu }) => sum + cpu, 0);
    const seconds = context.quick ? 3 : 6;
    const rows = [];
    for (const [what, list] of Object.entries(requests)) {
      const samples = Object.fromEntries(servers.map(({ name }) => [name, { perSecond: [], p50: [], p99: [] }]));
      for (const server of servers) await load.run({ port: server.port, rate: rates[what], seconds: 1, requests: list }); // warm
      for (let round = 1; round <= context.rounds; round++) {
        for (const server of servers) {
          const before = cpuOf(server);
          const result = await load.run({ port: server.port, rate: rates[what], seconds, requests: list });
          const cpu = (cpuOf(server) - before) / 1e9;
          if (result.failed > 0) throw new Error(`${server.name}, ${what}: ${result.failed} of ${result.count} failed`);
          samples[server.name].perSecond.push(result.count / cpu);
          samples[server.name].p50.push(result.p50);
          samples[server.name].p99.push(result.p99);
        }
      }
      const best = samples.node ? median(samples.rookery?.perSecond ?? [0]) / median(samples.node.perSecond) : undefined;
      for (const [name, one] of Object.entries(samples)) {
        rows.push({ what, server: name, rate: rates[what], perSecond: summary(one.perSecond), p50: median(one.p50), p99: median(one.p99),
          ratio: name === 'rookery' ? best : undefined });
        context.note(`${what}, ${name}: ${number(median(one.perSecond))} requests a CPU second`);
      }
    }
    printTable(`1 000 users in 10 000 rooms of 40 messages, one PostgreSQL for both; medians of ${context.rounds} rounds`,
      ['', 'server', 'offered/s', 'requests per CPU second', 'ratio', 'p50 ms', 'p99'],
      rows.map((row) => [row.what, row.server, row.rate, spread(row.perSecond), row.ratio ? `${fixed(row.ratio, 1)}x` : '', fixed(row.p50), fixed(row.p99)]));
    return { counts, rows };
  } finally {
    await load.stop();
    for (const { child } of servers) await stopServer(child);
    await postgres.stop();
  }
}

/** What those who write messages notice of REST beside them. */
async function beside(context) {
  const people = generate(context, { users: 1000, rooms: 500, channels: 10, members: 100 });
  const server = await (await Rookery.start(context, people, { set: lifted })).connectLoad({});
  const load = new HttpLoad(server.log('http'));
  const rows = [];
  try {
    const account = { email: 'bench@example.org', username: 'bench', password: 'A password of the bench' };
    await fetch(`http://127.0.0.1:${server.port}/api/v1/users/signup`, { method: 'POST', body: JSON.stringify(account), headers: { 'content-type': 'application/json' } });
    const tokens = new Map(table(people.lists, 'users.tsv').map(([id, , token]) => [id, token]));
    const pages = table(people.lists, 'channels.tsv').map(([id, , user]) => ({ path: `/api/v1/messages/${id}`, token: tokens.get(user) }));
    const signIn = [{ method: 'POST', path: '/api/v1/users/signin', body: JSON.stringify({ loginType: 'username', ...account }) }];
    const values = { rate: context.fixedRate ?? 200, seconds: context.quick ? 4 : 10, warmup: 1 };
    const cases = { quiet: undefined, '1 000 pages a second': { rate: 1000, requests: pages }, '50 sign-ins a second': { rate: 50, requests: signIn } };
    const samples = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
    for (let round = 0; round < context.rounds; round++) {
      for (const [name, other] of Object.entries(cases)) {
        const rest = other && load.run({ port: server.port, seconds: values.seconds + 2, ...other });
        const one = await server.run(values);
        checkComplete(name, one);
        const answered = await rest;
        samples[name].push({ delivery: one.delivery, confirm: one.confirm, answered });
      }
    }
    for (const [name, list] of Object.entries(samples)) {
      rows.push({ name, p50: median(list.map(({ delivery }) => delivery.p50)), p99: median(list.map(({ delivery }) => delivery.p99)),
        confirm99: median(list.map(({ confirm }) => confirm.p99)), failed: Math.max(...list.map(({ answered }) => answered?.failed ?? 0)),
        rest99: list[0].answered ? median(list.map(({ answered }) => answered.p99)) : undefined });
    }
    const quiet = rows[0].p99;
    printTable(`${values.rate} messages/s to channels of 100, beside REST on the same loop; medians of ${context.rounds} rounds`,
      ['', 'delivery p50 ms', 'p99', 'of quiet', 'confirm p99', 'REST p99 ms', 'REST failed'],
      rows.map((row) => [row.name, ms(row.p50), ms(row.p99), `${fixed(row.p99 / quiet)}x`, ms(row.confirm99), row.rest99 === undefined ? '' : fixed(row.rest99), row.failed]));
    return { rate: values.rate, rows: rows.map((row) => ({ ...row, ofQuiet: row.p99 / quiet })) };
  } finally {
    await load.stop();
    await server.stop();
  }
}

export async function run(context) {
  const compared = await compare(context);
  writeJson(context, { compared, beside: await beside(context) });
}
