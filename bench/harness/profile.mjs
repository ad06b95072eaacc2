// Where the time goes: perf where it is permitted, as a flame graph and the ten heaviest functions.

import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { flameGraph } from './flamegraph.mjs';
import { printTable } from './report.mjs';

const FREQUENCY = 997; // no multiple of anything that beats in a server

export function perfIsPermitted() {
  return spawnSync('perf', ['stat', '-e', 'cpu-clock', 'true'], { stdio: 'ignore' }).status === 0;
}

/** Records `pid` until stop(), which resolves with the stacks: Map of "thread;outer;…;inner" to samples. */
export function record(context, pid, threads) {
  const file = join(context.scratch, `perf-${context.unique()}.data`);
  const child = spawn('perf', ['record', '-q', '-e', 'cpu-clock', '-F', String(FREQUENCY), '--call-graph', 'dwarf,4096',
    '-p', String(pid), '-o', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((done) => child.on('close', done));
  return {
    async stop() {
      child.kill('SIGINT');
      await ended;
      const stacks = await fold(file, threads);
      rmSync(file, { force: true });
      return stacks;
    },
  };
}

/** `perf script` prints a head line, frames from the inside out, and an empty line for each sample. */
async function fold(file, threads) {
  const script = spawn('perf', ['script', '-i', file, '--no-inline', '-F', 'comm,tid,ip,sym'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const stacks = new Map();
  let thread;
  let frames = [];
  for await (const line of createInterface({ input: script.stdout })) {
    const head = /^(\S.*?)\s+\d+\s*$/.exec(line);
    if (head) {
      [, thread] = head;
      frames = [];
    } else if (line.trim() === '') {
      if (thread && frames.length > 0 && (!threads || threads.test(thread))) {
        const key = [thread, ...frames.reverse()].join(';');
        stacks.set(key, (stacks.get(key) ?? 0) + 1);
      }
      thread = undefined;
    } else {
      frames.push(short(line.trim().replace(/^[0-9a-f]+\s+/, '')));
    }
  }
  return stacks;
}

/** A name that fits: no arguments of functions and templates. */
function short(symbol) {
  let text = symbol.replace(/\+0x[0-9a-f]+$/, '').replaceAll('(anonymous namespace)', '{anon}').replaceAll(';', ',');
  for (let before; before !== text;) {
    before = text;
    text = text.replace(/<[^<>]*>/g, '').replace(/\([^()]*\)/g, '');
  }
  return text.replace(/ const$/, '').replace(/^.* (?=\S+::)/, '').replaceAll('rookery::', '') || symbol;
}

/** The functions in which most samples ended: [{name, share}]. */
export function heaviest(stacks, count = 10) {
  const self = new Map();
  let all = 0;
  for (const [stack, samples] of stacks) {
    const name = stack.slice(stack.lastIndexOf(';') + 1);
    self.set(name, (self.get(name) ?? 0) + samples);
    all += samples;
  }
  return [...self].sort((a, b) => b[1] - a[1]).slice(0, count).map(([name, samples]) => ({ name, share: samples / all }));
}

/** Samples of the threads that match, by the innermost function of ours, the kernel's part apart: the price list of a
 *  message. [{name, share}] */
export function priceList(stacks, threads, count = 12) {
  const sums = new Map();
  let all = 0;
  for (const [stack, samples] of stacks) {
    const frames = stack.split(';');
    if (!threads.test(frames[0])) continue;
    all += samples;
    const own = frames.filter((frame) => frame.includes('::') && !/^(std|absl|simdjson)::/.test(frame)).at(-1) ?? frames.at(-1);
    const name = frames.includes('do_syscall_64') ? `${own}, in the kernel` : own;
    sums.set(name, (sums.get(name) ?? 0) + samples);
  }
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, count).map(([name, samples]) => ({ name, share: samples / all }));
}

/** Writes and prints what a profile says. */
export function reportProfile(context, name, stacks) {
  const file = join(context.output, `${context.bench}-${name}-flame.svg`);
  writeFileSync(file, flameGraph(stacks, `${context.bench}: ${name}`));
  const folded = createWriteStream(file.replace(/\.svg$/, '.folded'));
  for (const [stack, samples] of stacks) folded.write(`${stack} ${samples}\n`);
  folded.end();
  const top = heaviest(stacks);
  printTable(`${name}: ten heaviest functions by self time`, ['function', 'share'],
    top.map(({ name: symbol, share }) => [symbol.slice(0, 90), `${(share * 100).toFixed(1)} %`]));
  const prices = priceList(stacks, /^loop-/);
  if (prices.length > 0) {
    printTable(`${name}: the loops, by innermost function of its own`, ['function', 'share'],
      prices.map(({ name: symbol, share }) => [symbol.slice(0, 90), `${(share * 100).toFixed(1)} %`]));
  }
  console.log(`Flame graph: ${file}`);
  return { top, prices };
}

/** One more run of `server` at that load, watched; undefined where perf is not permitted. */
export async function profileRun(context, server, values) {
  if (!perfIsPermitted()) {
    console.log('perf is not permitted here; valgrind --tool=callgrind on the dev preset tells the same, slower');
    return undefined;
  }
  const recording = record(context, server.pid);
  await server.run({ ...values, seconds: context.quick ? 5 : 10 });
  return { rate: values.rate, ...reportProfile(context, server.name, await recording.stop()) };
}
