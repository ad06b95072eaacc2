// A layer includes itself and the layers below it that it names, and no other: the compiler finds no
// file. The table is written down a second time here, so that the build cannot grant itself a right.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const build = process.env.ROOKERY_BUILD;
assert.ok(build, "ROOKERY_BUILD names the build folder, as CTest sets it");

const mayInclude = {
  base: [],
  net: ["base"],
  engineio: ["base", "net"],
  socketio: ["base", "net", "engineio"],
  store: ["base"],
  files: ["base"],
  mail: ["base"],
  chat: ["base", "net", "engineio", "socketio", "store"],
  api: ["base", "net", "engineio", "socketio", "store", "files", "mail", "chat"],
  app: ["base", "net", "engineio", "socketio", "store", "files", "mail", "chat", "api"],
};
const layers = Object.keys(mayInclude);

const scratch = mkdtempSync(path.join(tmpdir(), "rookery-layers-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const compileCommands = JSON.parse(readFileSync(path.join(build, "compile_commands.json")));

/** The words of the line that compiles a source of the layer, less its input, output and PCH. */
function compileLine(layer) {
  const folder = path.join(root, "src", layer) + path.sep;
  const entry = compileCommands.find(
    ({ command, file }) => file.startsWith(folder) && command.includes(`rookery_${layer}.dir`));
  assert.ok(entry, `the build compiles no source of src/${layer}`);
  // The shell itself splits its line.
  const words = execFileSync("sh", ["-c", `printf '%s\\0' ${entry.command}`], { encoding: "utf8" })
    .split("\0").slice(0, -1);
  const kept = [];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "-o" || words[i] === "-c") {
      i++;
    } else if (words[i] === "-include" && words[i + 1].endsWith("cmake_pch.hxx")) {
      i++;
    } else if (words[i] !== "-Winvalid-pch" && words[i] !== "--coverage") {
      kept.push(words[i]);
    }
  }
  return { words: kept, directory: entry.directory };
}

/** Some header of the layer that other layers could want. */
function headerOf(layer) {
  const header = readdirSync(path.join(root, "src", layer)).filter((n) => n.endsWith(".h")).sort()[0];
  assert.ok(header, `src/${layer} has no header`);
  return `rookery/${layer}/${header}`;
}

let probes = 0;

/** Compiles, as if it stood in the layer, a source that includes the headers. */
async function compile(layer, headers) {
  const source = path.join(scratch, `${layer}_${probes++}.cpp`);
  writeFileSync(source, headers.map((header) => `#include "${header}"\n`).join(""));
  const { words, directory } = compileLine(layer);
  const [program, ...flags] = words;
  try {
    await promisify(execFile)(program, [...flags, "-fsyntax-only", source],
      { cwd: directory, env: { ...process.env, LC_ALL: "C" } });
    return { ok: true, errors: "" };
  } catch (error) {
    return { ok: false, errors: error.stderr };
  }
}

test("the layers are those of src/", () => {
  const folders = readdirSync(path.join(root, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  assert.deepEqual(folders.sort(), [...layers].sort());
});

for (const layer of layers) {
  test(`${layer} includes what it may`, async () => {
    const headers = [layer, ...mayInclude[layer]].map(headerOf);
    const result = await compile(layer, headers);
    assert.ok(result.ok, result.errors);
  });

  for (const other of layers.filter((l) => l !== layer && !mayInclude[layer].includes(l))) {
    test(`${layer} cannot include ${other}`, async () => {
      const header = headerOf(other);
      const result = await compile(layer, [header]);
      assert.ok(!result.ok, `${layer} found ${header}`);
      assert.ok(result.errors.includes(`${header}: No such file or directory`) ||  // GCC
          result.errors.includes(`'${header}' file not found`),  // Clang
        result.errors);
    });
  }
}
