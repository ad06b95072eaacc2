export { RookeryClient, type RookeryOptions, type RookerySocket } from './client.js';
export { Conversation, RookeryError, type SendOptions } from './conversation.js';
export { IndexedDbOutbox, MemoryOutbox, type OutboxEntry, type OutboxStore } from './outbox.js';
export type { Message } from './timeline.js';
export type * from '../events.mjs';
