// The forms in which a MongoDB is handed over: what mongodump and mongoexport leave behind.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encode, extendedJson } from './bson.mjs';

const endOfBlock = Buffer.from([0xff, 0xff, 0xff, 0xff]);
const magic = Buffer.from([0x6d, 0xe2, 0x99, 0x81]);
const bytesOf = (document) => (Buffer.isBuffer(document) ? document : encode(document));

async function put(path, bytes) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** A header, a document about each collection, and their documents in mixed blocks. */
function archiveOf(collections) {
  const parts = [magic, encode({ concurrent_collections: 4, version: '0.1', server_version: '6.0.0', tool_version: '100.7.0' })];
  for (const collection of Object.keys(collections)) {
    parts.push(encode({ db: 'slack', collection, metadata: '{"indexes":[]}', size: 1, type: 'collection' }));
  }
  parts.push(endOfBlock);
  const block = (collection, eof, documents) =>
    parts.push(encode({ db: 'slack', collection, EOF: eof, CRC: 0 }), ...documents.map(bytesOf), endOfBlock);
  const entries = Object.entries(collections);
  for (const [collection, documents] of entries) block(collection, false, documents.slice(0, documents.length / 2));
  for (const [collection, documents] of entries) {
    block(collection, false, documents.slice(documents.length / 2));
    block(collection, true, []);
  }
  return Buffer.concat(parts);
}

/** Each writes `{collection: [documents]}` below `folder` and answers what `import` is to be given. */
export const forms = {
  async 'mongodump folder'(folder, collections) {
    for (const [name, documents] of Object.entries(collections)) {
      await put(join(folder, 'dump/slack', `${name}.bson`), Buffer.concat(documents.map(bytesOf)));
      await put(join(folder, 'dump/slack', `${name}.metadata.json`), '{"indexes":[]}');
    }
    await put(join(folder, 'dump/admin', 'system.version.bson'), encode({ _id: 'featureCompatibilityVersion' }));
    return join(folder, 'dump');
  },
  async 'mongodump --gzip'(folder, collections) {
    for (const [name, documents] of Object.entries(collections)) {
      await put(join(folder, 'slack', `${name}.bson.gz`), gzipSync(Buffer.concat(documents.map(bytesOf))));
    }
    return join(folder, 'slack');
  },
  async 'mongodump --archive'(folder, collections) {
    await put(join(folder, 'slack.archive'), archiveOf(collections));
    return join(folder, 'slack.archive');
  },
  async 'mongodump --archive --gzip'(folder, collections) {
    await put(join(folder, 'slack.archive.gz'), gzipSync(archiveOf(collections)));
    return join(folder, 'slack.archive.gz');
  },
  async 'mongoexport'(folder, collections) {
    for (const [name, documents] of Object.entries(collections)) {
      await put(join(folder, `${name}.json`), documents.map((it) => `${extendedJson(it)}\n`).join(''));
    }
    return folder;
  },
  async 'mongoexport --jsonArray --pretty'(folder, collections) {
    for (const [name, documents] of Object.entries(collections)) {
      await put(join(folder, `${name}.json`), `[${documents.map((it) => extendedJson(it, '\t')).join(',\n')}]\n`);
    }
    return folder;
  },
};
