// What those who write messages notice of a thousand people who type, read, react, come and go.

import { Rookery, generate } from '../harness/servers.mjs';
import { checkComplete, median, ms } from '../harness/rounds.mjs';
import { fixed, number, printTable, writeJson } from '../harness/report.mjs';

export const about = 'one channel of 1 000 people who type, read, react, come and go: what messages notice, and what each costs';
export const peers = [];

// Each of 1 000 people: types every ten seconds, reads as often, reacts and is away once a minute;
// a hundred connections end or begin every five seconds.
const habits = { typing: 100, read: 100, react: 17, presence: 17, flaps: 20 };
const cases = {
  quiet: {},
  typing: { typing: habits.typing },
  'read marks': { read: habits.read },
  reactions: { react: habits.react },
  presence: { presence: habits.presence },
  'coming and going': { flaps: habits.flaps },
  'all of it': habits,
};

/** What was left out because somebody read too slowly, by class. */
async function shed(server) {
  const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  return Object.fromEntries([...text.matchAll(/^rookery_(shed_total|drops_total\{reason="\w+"\}) (\d+)/gm)].map(([, reason, count]) => [reason, Number(count)]));
}

export async function run(context) {
  const rounds = context.fewer(2); // of three quarters of a minute
  const people = generate(context, { users: 1000, channels: 1, members: 1000 });
  const rate = context.fixedRate ?? 20;
  const values = { rate, seconds: context.quick ? 3 : 4, warmup: 1, flappers: 50 };
  const server = await (await Rookery.start(context, people)).connectLoad({});
  const samples = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  let dropped;
  let wasTyping = false;
  try {
    const before = await shed(server);
    for (let round = 0; round < rounds; round++) {
      for (const [name, bustle] of Object.entries(cases)) {
        if (wasTyping) await server.load.ask('idle', { seconds: 7 }); // what was typed before has ended
        wasTyping = 'typing' in bustle;
        const one = await server.run({ ...values, ...bustle });
        checkComplete(name, one);
        samples[name].push(one);
      }
      context.note(`round ${round + 1}: p99 ${ms(samples.quiet.at(-1).delivery.p99)} ms quiet, ${ms(samples['all of it'].at(-1).delivery.p99)} with all of it`);
    }
    const after = await shed(server);
    dropped = Object.fromEntries(Object.entries(after).map(([reason, count]) => [reason, count - (before[reason] ?? 0)]));
  } finally {
    await server.stop();
  }
  const cpuOf = (one) => ((one.cpu.loops + one.cpu.store + one.cpu.other) / 1e6) / one.seconds; // ms of CPU a second
  const quiet = median(samples.quiet.map(cpuOf));
  const quiet99 = median(samples.quiet.map(({ delivery }) => delivery.p99));
  const rows = Object.entries(samples).map(([name, list]) => {
    const at = (key, of = 'delivery') => median(list.map((one) => one[of][key]));
    return { name, p50: at('p50'), p99: at('p99'), confirm99: at('p99', 'confirm'), events: median(list.map(({ events, seconds }) => events / seconds)),
      cpu: median(list.map(cpuOf)), ofQuiet: at('p99') / quiet99 };
  });
  printTable(`${number(rate)} messages/s to a channel of 1 000, and beside it for each of the 1 000: typing and a mark every 10 s, a reaction and a change of presence every 60 s, ${habits.flaps} connections a second that end or begin; medians of ${rounds} rounds`,
    ['', 'events/s', 'delivery p50 ms', 'p99', 'of quiet', 'confirm p99', 'server ms CPU/s', 'more than quiet'],
    rows.map((row) => [row.name, number(row.events), ms(row.p50), ms(row.p99), `${fixed(row.ofQuiet)}x`, ms(row.confirm99), fixed(row.cpu, 1),
      row.name === 'quiet' ? '' : fixed(row.cpu - quiet, 1)]));
  console.log(`Left out for slow readers, and dropped: ${Object.entries(dropped).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`).join(', ') || 'nothing'}`);
  writeJson(context, { rate, habits, rows, dropped });
}
