// ./dev bench: runs benches by name, or all of them, on what was built (scripts/bench.sh).

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { limits, serverNames } from './harness/servers.mjs';

const tree = resolve(dirname(fileURLToPath(import.meta.url)), '..');

async function benches() {
  const found = new Map();
  for (const file of readdirSync(join(tree, 'bench', 'benches')).sort()) {
    const module = await import(`./benches/${file}`);
    if (module.run) found.set(basename(file, '.mjs'), module);
  }
  return found;
}

function makeContext(bench, module, flags) {
  let count = 0;
  const began = Date.now();
  const preset = flags.preset;
  const program = (name) => join(tree, 'build', preset, name);
  const peers = flags.peers?.split(',') ?? (flags.quick ? module.quickPeers ?? module.peers : module.peers) ?? [];
  const unknown = peers.filter((name) => !serverNames.includes(name));
  const rounds = Number(flags.rounds ?? (flags.quick ? 1 : 5));
  if (unknown.length > 0) throw new Error(`there is no peer ${unknown.join(', ')}; there are ${serverNames.join(', ')}`);
  return {
    tree, bench, preset, peers, program, limits,
    quick: flags.quick,
    rounds,
    /** Of a bench whose rounds are long: all of them fit into the half hour only with fewer; `--rounds` is what was asked for. */
    fewer: (most) => (flags.rounds ? rounds : Math.min(rounds, most)),
    fixedRate: flags.rate ? Number(flags.rate) : undefined,
    perf: flags.perf,
    output: join(tree, 'build', 'bench'),
    scratch: mkdtempSync(join(tmpdir(), 'rookery-bench-')),
    version: execFileSync(program('rookery'), ['version'], { encoding: 'utf8' }).split('\n')[0],
    unique: () => ++count,
    note: (text) => console.log(`  ${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`),
  };
}

const { values: flags, positionals } = parseArgs({ allowPositionals: true, options: {
  quick: { type: 'boolean', default: false }, perf: { type: 'boolean', default: false },
  preset: { type: 'string', default: 'release' }, peers: { type: 'string' }, rounds: { type: 'string' },
  rate: { type: 'string' }, list: { type: 'boolean', default: false },
} });
const known = await benches();
if (flags.list) {
  for (const [name, { about }] of known) console.log(`  ${name.padEnd(10)} ${about}`);
  process.exit(0);
}
const unknown = positionals.filter((name) => !known.has(name));
if (unknown.length > 0) {
  console.error(`there is no bench ${unknown.join(', ')}; there are ${[...known.keys()].join(', ')}`);
  process.exit(2);
}
const minutesSince = (then) => ((Date.now() - then) / 60_000).toFixed(1);
const took = [];
let failures = 0;
const usual = [...known].filter(([, { apart, brief }]) => (flags.quick ? brief : !apart)).map(([name]) => name);
const began = Date.now();
for (const name of positionals.length > 0 ? positionals : usual) {
  const module = known.get(name);
  const context = makeContext(name, module, flags);
  mkdirSync(context.output, { recursive: true });
  const benchBegan = Date.now();
  console.log(`\n== ${name}: ${module.about}`);
  console.log(`   limits raised: ${Object.keys(limits).join(' ')}`);
  try {
    await module.run(context);
  } catch (error) {
    failures += 1;
    console.error(`!! ${name} failed: ${error.message}`);
    if (process.env.BENCH_TRACE) console.error(error.stack);
  } finally {
    if (existsSync(context.scratch)) rmSync(context.scratch, { recursive: true, force: true });
    took.push(`${name} ${minutesSince(benchBegan)}`);
  }
}
console.log(`\n${minutesSince(began)} minutes in all${took.length > 1 ? `: ${took.join(', ')}` : ''}`);
process.exit(failures > 0 ? 1 : 0);
