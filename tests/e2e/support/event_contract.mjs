// Watches every event and every answer of the clients: they must be what `rookery describe asyncapi`
// says. What was seen is written down for tests/contract/events.test.mjs, which asks for all of it.

import { printed, Seen, validatorOf } from './documents.mjs';

let contract;
function load() {
  if (contract) return contract;
  const document = printed('asyncapi');
  contract = { messages: document.channels.main.messages, ...validatorOf(document, 'events') };
  return contract;
}

const seen = new Seen('events');
const pointer = (name) => `/channels/main/messages/${name}/payload`;

/** Throws when an event to a client is not in the document. */
export function checkEvent(event, payload) {
  if (!load().messages[event]) throw new Error(`the event ${event} is not documented`);
  load().check(`the event ${event}`, pointer(event), payload);
  seen.add(event);
}

/** Throws when an answer is not in the document; the request too must be, if it was a success. */
export function checkAnswer(event, request, answer) {
  const name = `${event}.answer`;
  if (!load().messages[name]) return; // a test of what is unknown
  load().check(`the answer to ${event}`, pointer(name), answer);
  if (answer?.success) load().check(`what ${event} was given`, pointer(event), request ?? {});
  seen.add(answer?.success ? name : `failure ${answer.code}`);
}
