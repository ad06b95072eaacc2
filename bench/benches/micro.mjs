// Google Benchmark's own rounds and medians; here they are put into one table.

import { execFileSync } from 'node:child_process';
import { cores } from '../harness/processes.mjs';
import { fixed, printTable, writeJson } from '../harness/report.mjs';

export const about = 'frame codec, packet parser, event dispatch, message encoder and registry, by themselves';
/** Among those that `--quick` runs when no bench is named. */
export const brief = true;
export const peers = [];

export async function run(context) {
  const text = execFileSync('taskset', ['-c', String(cores.server), context.program('bench_micro'), '--benchmark_format=json',
    `--benchmark_repetitions=${context.rounds}`, `--benchmark_min_time=${context.quick ? 0.05 : 0.2}`, '--benchmark_report_aggregates_only=true'],
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26 });
  const all = JSON.parse(text).benchmarks;
  const rows = all.filter(({ aggregate_name: kind }) => kind === 'median').map((one) => {
    const name = one.run_name;
    const deviation = all.find((other) => other.run_name === name && other.aggregate_name === 'stddev');
    return { name, ns: one.cpu_time, deviation: deviation?.cpu_time };
  });
  printTable(`Nanoseconds of CPU; medians of ${context.rounds}`, ['', 'ns', 'deviation'], rows.map(({ name, ns, deviation }) => [name, fixed(ns, 1), fixed(deviation, 1)]));
  writeJson(context, { rows });
}
