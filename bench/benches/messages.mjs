// What `fanout` and `rooms` share: saturation, CPU at equal rates, latency at half load.

import { generate, start } from '../harness/servers.mjs';
import { checkComplete, inTimeMs, median, ms, saturate, summary } from '../harness/rounds.mjs';
import { fixed, number, printTable, spread, writeJson } from '../harness/report.mjs';
import { barChart, writePicture } from '../harness/picture.mjs';
import { profileRun } from '../harness/profile.mjs';

/** Where each search begins, until a round has told better. */
const guesses = { fanout: { node: 250, 'node-memory': 400, other: 5000 }, rooms: { node: 2500, 'node-memory': 4000, other: 10000 } };

export async function measureMessages(context, { title, people: counts, kind, body = 200, equalRate, unit }) {
  const people = generate(context, counts);
  const servers = [];
  const samples = new Map();
  const values = { seconds: context.quick ? 1 : 1.5, warmup: 0.3, body };
  const guess = guesses[kind === 'rooms' ? 'rooms' : 'fanout'];
  let equal = equalRate;
  let profile;
  try {
    for (const name of context.peers) {
      context.note(`starting ${name}`);
      servers.push(await (await start(context, name, people)).connectLoad({ kind }));
      samples.set(name, { saturation: [], events: [], loops: [], store: [], delivery50: [], delivery99: [], confirm50: [], confirm99: [],
        starting: guess[name] ?? guess.other });
    }
    for (let round = 1; round <= context.rounds; round++) {
      for (const server of servers) {
        const into = samples.get(server.name);
        // The floors are there for the cost of an event: one search tells enough.
        if (!context.fixedRate && (round === 1 || /^(rookery|node)$/.test(server.name))) {
          const best = await saturate(server, round === 1 ? { start: into.starting, precision: context.quick ? 0.3 : 0.1, values }
            : { start: into.starting, precision: 0.15, values, step: 1.15 });
          into.starting = best.rate;
          into.saturation.push(best.rate);
          into.events.push(best.events / best.seconds);
        }
      }
      // Compared at one rate, which the slowest peer just carries.
      const node = samples.get('node')?.saturation;
      if (round === 1) equal = context.fixedRate || Math.round((node?.[0] ?? equalRate) * 0.95);
      for (const server of servers) {
        const into = samples.get(server.name);
        const full = await server.run({ ...values, rate: Math.min(equal, into.starting ?? equal) });
        checkComplete(server.name, full);
        into.loops.push(full.perEvent.loops + full.perEvent.other);
        into.store.push(full.perEvent.store);
        const half = await server.run({ ...values, rate: Math.round(equal / 2) });
        checkComplete(server.name, half);
        for (const [key, source] of [['delivery', half.delivery], ['confirm', half.confirm]]) {
          into[`${key}50`].push(source.p50);
          into[`${key}99`].push(source.p99);
        }
        context.note(`round ${round} ${server.name}: ${fixed((full.perEvent.loops + full.perEvent.other) / 1000)} us/event loops,`
          + ` ${fixed(full.perEvent.store / 1000)} store at ${full.rate}/s; half: delivery ${ms(half.delivery.p50)}/${ms(half.delivery.p99)},`
          + ` confirm ${ms(half.confirm.p50)}/${ms(half.confirm.p99)} ms`);
      }
    }
    if (context.perf) profile = await profileRun(context, servers.find((one) => one.name === 'rookery') ?? servers[0], { ...values, rate: equal });
  } finally {
    for (const server of servers) await server.stop();
  }
  report(context, { title, samples, equal, unit, body, counts, profile });
}

function report(context, { title, samples, equal, unit, body, counts, profile }) {
  const result = { title, counts, bodyBytes: body, equalRate: equal, inTimeMs, servers: {}, profile };
  const rows = [];
  for (const [name, { starting, ...lists }] of samples) {
    const one = Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0).map(([key, list]) => [key, summary(list)]));
    result.servers[name] = one;
    const us = (key) => fixed(median(lists[key]) / 1000);
    rows.push([name, one.saturation ? spread(one.saturation) : '-', one.events ? number(one.events.median) : '-',
      spread(one.loops, (value) => fixed(value / 1000)), us('store'), us('delivery50'), us('delivery99'), us('confirm50'), us('confirm99')]);
  }
  printTable(`${title}; all delivered and confirmed within ${inTimeMs} ms; CPU at ${number(equal)} ${unit}/s, latency at half of it; medians of ${context.rounds} rounds`,
    ['', `${unit}/s`, 'events/s', 'loops us/event', 'store', 'delivery p50 ms', 'p99', 'confirm p50', 'p99'], rows);
  writeJson(context, result);
  const named = Object.entries(result.servers);
  writePicture(context, barChart(title, [
    { heading: `${unit} a second, delivered and confirmed in time`, bars: named.filter(([, one]) => one.saturation)
      .map(([name, one]) => ({ name, ...one.saturation, text: number(one.saturation.median) })) },
    { heading: `CPU for one event at ${number(equal)} ${unit}/s, microseconds`, bars: named
      .map(([name, one]) => ({ name, ...one.loops, text: fixed(one.loops.median / 1000) })) },
  ]));
}
