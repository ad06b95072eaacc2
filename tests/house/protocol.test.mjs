// docs/protocol.md names a test for every rule of the protocol; those tests are there.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const rows = readFileSync(path.join(root, "docs/protocol.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [, section, rule, shown] = line.split("|").map((part) => part.trim());
    const [, file, title] = /^`([a-z0-9_]+)`: (.+)$/.exec(shown) ?? [];
    return { line, section, rule, file, title };
  });
const sections = ["2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8", "2.9", "2.11",
  "3.1", "3.2", "3.3", "3.4", "3.5", "3.6"];

test("every section has its rules, each once", () => {
  assert.deepEqual([...new Set(rows.map(({ section }) => section))], sections);
  const rules = rows.map(({ section, rule }) => `${section} ${rule}`);
  assert.deepEqual(rules.filter((one, i) => rules.indexOf(one) !== i), []);
});

test("every rule has a test", () => {
  const without = rows.filter(({ file, title }) => {
    const name = path.join(root, "tests/e2e", `${file}.test.mjs`);
    return !file || !existsSync(name) || !readFileSync(name, "utf8").includes(title);
  });
  assert.deepEqual(without.map(({ line }) => line), []);
});
