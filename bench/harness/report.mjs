// Tables for people, JSON for programs.

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';

/** Prints rows (arrays of texts) under `heads`, numbers to the right. */
export function printTable(title, heads, rows) {
  const all = [heads, ...rows.map((row) => row.map(String))];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ');
  console.log(`\n${title}\n${line(heads)}\n${widths.map((width) => '-'.repeat(width)).join('  ')}`);
  for (const row of all.slice(1)) console.log(line(row));
}

export const number = (value) => Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
export const fixed = (value, digits = 2) => (value === undefined ? '-' : value.toFixed(digits));

/** `12 000 (11 500 - 12 400)` */
export const spread = ({ median, low, high }, format = number) => `${format(median)} (${format(low)} - ${format(high)})`;

export function writeJson(context, result) {
  mkdirSync(context.output, { recursive: true });
  const file = join(context.output, `${context.bench}.json`);
  const about = { bench: context.bench, quick: context.quick, preset: context.preset, version: context.version,
    limits: context.limits, date: new Date().toISOString(),
    machine: { cpu: cpus()[0].model, cores: cpus().length, memory: totalmem(), kernel: release(), node: process.version } };
  writeFileSync(file, `${JSON.stringify({ ...about, ...result }, null, 2)}\n`);
  console.log(`\nWritten: ${file}`);
}
