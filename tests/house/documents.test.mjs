// Links between the documents lead somewhere, and docs/testing.md names tests that are there.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const folders = [".", "docs", "docs/decisions", "bench", "clients/js"];
const documents = folders.flatMap((folder) =>
  readdirSync(path.join(root, folder)).filter((name) => name.endsWith(".md")).map((name) => path.join(folder, name)));

/** What GitHub makes of a heading. */
const anchorOf = (heading) =>
  heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");

for (const document of documents) {
  test(`${document} links to what there is`, () => {
    const text = readFileSync(path.join(root, document), "utf8").replace(/^```.*?^```/gms, "");
    const broken = [...text.matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)]*))?\)/g)].filter(([, target, anchor]) => {
      const file = target === "" ? path.join(root, document) : path.join(root, path.dirname(document), target);
      if (!existsSync(file)) return true;
      if (!anchor) return false;
      const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, one]) => anchorOf(one));
      return !headings.includes(anchor);
    });
    assert.deepEqual(broken.map(([link]) => link), []);
  });
}

test("docs/testing.md names tests that are there", () => {
  const text = readFileSync(path.join(root, "docs/testing.md"), "utf8");
  const byHand = text.slice(text.indexOf("## By hand")).split("\n").filter((line) => line.startsWith("| ") && line.includes("`"));
  const named = byHand.flatMap((line) => [...line.split("|")[3].matchAll(/`([\w.]+)`/g)].map(([, name]) => name));
  assert.ok(named.length > 10);
  assert.deepEqual(named.filter((name) => !existsSync(path.join(root, `tests/e2e/${name}.test.mjs`))), []);
});
