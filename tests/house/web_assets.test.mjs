// What cmake/web_assets.cmake compiles in is what lies in the folder, byte by byte.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const scratch = mkdtempSync(path.join(tmpdir(), "rookery-assets-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

mkdirSync(path.join(scratch, "include/rookery"), { recursive: true });
symlinkSync(path.join(root, "src/api"), path.join(scratch, "include/rookery/api"));
writeFileSync(path.join(scratch, "main.cpp"), `
#include <cstdio>
#include "rookery/api/web_assets.h"
int main() {
  for (const auto& asset : rookery::api::webAssets()) {
    std::printf("%.*s|%.*s|%.*s|", int(asset.path.size()), asset.path.data(),
                int(asset.contentType.size()), asset.contentType.data(),
                int(asset.etag.size()), asset.etag.data());
    for (const char c : asset.bytes) std::printf("%02x", static_cast<unsigned char>(c));
    std::printf("\\n");
  }
}
`);

let packed = 0;

function pack(files) {
  const name = `case${packed++}`;
  const folder = path.join(scratch, name);
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), bytes);
  }
  const output = `${folder}.cpp`;
  const result = spawnSync("cmake",
    [`-DFOLDER=${folder}`, `-DOUTPUT=${output}`, "-P", path.join(root, "cmake/web_assets.cmake")],
    { encoding: "utf8" });
  return { result, folder, output };
}

function assetsOf(files) {
  const { result, folder, output } = pack(files);
  assert.equal(result.status, 0, result.stderr);
  execFileSync("g++", ["-std=c++20", "-O0", "-I", path.join(scratch, "include"),
    output, path.join(scratch, "main.cpp"), "-o", `${folder}.out`]);
  return execFileSync(`${folder}.out`, { encoding: "utf8" }).split("\n").slice(0, -1)
    .map((line) => {
      const [name, contentType, etag, hex] = line.split("|");
      return { name, contentType, etag, bytes: Buffer.from(hex, "hex") };
    });
}

test("every byte, the types, the order and the tags", () => {
  const everyByte = Buffer.from(Array.from({ length: 1024 }, (_, i) => (i * 7) % 256));
  const files = {
    "index.html": "<p>\\\"[;]$</p>\n",
    "js/app.js": everyByte,
    "js/empty.js": "",
    "style.css": "p { color: #123 }\n",
    "notes.md": "not for the web",
    ".hidden": "not either",
  };
  const assets = assetsOf(files);
  assert.deepEqual(assets.map((asset) => [asset.name, asset.contentType]), [
    ["/index.html", "text/html; charset=utf-8"],
    ["/js/app.js", "text/javascript; charset=utf-8"],
    ["/js/empty.js", "text/javascript; charset=utf-8"],
    ["/style.css", "text/css; charset=utf-8"],
  ]);
  for (const asset of assets) {
    assert.deepEqual(asset.bytes, Buffer.from(files[asset.name.slice(1)]));
    assert.match(asset.etag, /^"[0-9a-f]{32}"$/);
  }
  assert.equal(new Set(assets.map((asset) => asset.etag)).size, assets.length);
});

test("a folder without files is an empty table", () => {
  assert.deepEqual(assetsOf({ "notes.md": "" }), []);
});

test("a file of unknown type stops the build and says where to name it", () => {
  const { result } = pack({ "a.xyz": "" });
  assert.notEqual(result.status, 0);
  assert.match(result.stderr, /add the content type of \.xyz/);
});
