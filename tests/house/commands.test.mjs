// What the documents tell people to type exists, and what ./dev says about itself is true.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const read = (name) => readFileSync(path.join(root, name), "utf8");
const dev = (...args) =>
  spawnSync("./dev", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

const commands = ["serve", "test", "build", "bench", "simulate", "torture", "fuzz", "fmt", "lint", "clean"];

test("./dev --help lists the commands, and only them", () => {
  const help = dev("--help");
  assert.equal(help.status, 0);
  const listed = [...help.stdout.matchAll(/^ {2}([a-z]+)/gm)].map((match) => match[1]);
  assert.deepEqual(listed, commands);
});

for (const command of commands) {
  test(`./dev ${command} --help explains and does nothing`, () => {
    const help = dev(command, "--help");
    assert.equal(help.status, 0, help.stderr);
    assert.match(help.stdout, new RegExp(`^usage: \\./dev ${command}`));
    assert.doesNotMatch(help.stdout, /==>/);
  });
}

for (const args of [[], ["benhc"], ["bench", "--fast"], ["bench", "--preset", "fast"], ["tset"], ["build", "fast"], ["test", "--preset"],
  ["test", "--preset", "fast"], ["test", "--fast"], ["serve", "--listen"], ["fmt", "x"],
  ["clean", "all"]]) {
  test(`./dev ${args.join(" ")}: wrong usage is exit code 2 and the usage`, () => {
    const result = dev(...args);
    assert.equal(result.status, 2);
    assert.match(result.stderr, /usage: \.\/dev/);
    assert.equal(result.stdout, "");
  });
}

test("shell scripts parse", () => {
  const scripts = ["dev", ".ci/run",
    ...readdirSync(path.join(root, "scripts")).filter((n) => n.endsWith(".sh")).map((n) => `scripts/${n}`)];
  for (const script of scripts) {
    const result = spawnSync("sh", ["-n", script], { cwd: root, encoding: "utf8" });
    assert.equal(result.status, 0, `${script}: ${result.stderr}`);
  }
  for (const entrance of ["dev", ".ci/run"]) {
    assert.ok(statSync(path.join(root, entrance)).mode & 0o100, `${entrance} can be executed`);
  }
});

test("every ./dev command in the documents exists", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"];
  for (const page of pages) {
    assert.ok(existsSync(path.join(root, page)), `${page} is there`);
    // In code only: `./dev` in prose may stand for the script itself.
    const named = [...read(page).matchAll(/\.\/dev ([a-z]+)/g)].map((match) => match[1]);
    for (const name of named) {
      assert.ok(commands.includes(name), `${page} says ./dev ${name}`);
    }
  }
});

test("the README's two commands are the ones that are checked", () => {
  const readme = read("README.md");
  assert.match(readme, /^\s*\.\/dev serve$/m);
  assert.match(readme, /^\s*\.\/dev test$/m);
  assert.match(read(".ci/run"), /^exec \.\/dev test$/m);
});

test("the list of packages is well formed and names each package once", () => {
  const purposes = ["build", "test", "db", "node", "bench", "clang", "fuzz", "fmt", "lint"];
  const lines = read("scripts/packages.txt").split("\n")
    .map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "");
  const seen = new Set();
  for (const line of lines) {
    const [purpose, name, tool, ...rest] = line.split(/\s+/);
    assert.ok(purposes.includes(purpose), line);
    assert.match(name, /^[a-z0-9][a-z0-9+.-]+$/, line);
    assert.match(tool ?? "x", /^[a-z0-9+-]+$/, line);
    assert.deepEqual(rest, [], line);
    assert.ok(!seen.has(name), `${name} is listed twice`);
    seen.add(name);
  }
  assert.ok(seen.has("g++") && seen.has("chromium") && seen.has("nodejs"));
});

test("the presets that ./dev offers are those of CMakePresets.json", () => {
  const presets = JSON.parse(read("CMakePresets.json"));
  const offered = dev("build", "--help").stdout.match(/\[(.*)\]/)[1].split("|").sort();
  assert.deepEqual(offered, presets.buildPresets.map((preset) => preset.name).sort());
  assert.deepEqual(offered,
    presets.testPresets.filter((preset) => !preset.hidden).map((preset) => preset.name).sort());
});
