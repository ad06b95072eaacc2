// One server process for the tests of a describe block.

import { after, before } from 'node:test';
import { closeClients } from './client.mjs';
import { startServer } from './server.mjs';

/** Call it inside describe(); `.server` is there once the tests run. `setUp(at)` runs after it. */
export function useServer(options = {}, setUp = async () => {}) {
  const at = {};
  before(async () => {
    at.server = await startServer(options);
    await setUp(at);
  });
  after(async () => {
    try {
      closeClients();
    } finally {
      await at.server?.close();
    }
  });
  return at;
}

export const bothTransports = ['polling', 'websocket'];
