// Watches every answer that a test fetches: it must be what `rookery describe openapi` says. What
// was seen is written down for tests/contract/rest.test.mjs, which asks for all of it.

import { printed, Seen, validatorOf } from './documents.mjs';

const escaped = (part) => part.replaceAll('~', '~0').replaceAll('/', '~1');

let contract;
/** The document, its paths as patterns, and a validator. */
function load() {
  if (contract) return contract;
  const document = printed('openapi');
  const paths = Object.keys(document.paths).map((path) => ({
    path, fixed: path.split('/').filter((part) => part && !part.startsWith('{')).length,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}/?$`),
  })).sort((a, b) => b.fixed - a.fixed);
  contract = { paths, ...validatorOf(document, 'api') };
  return contract;
}

export const openApi = () => load().document;

/** The path of the document that a request goes to; nothing when it knows none. */
export function pathOf(pathname) {
  return load().paths.find(({ pattern }) => pattern.test(pathname))?.path;
}

const seen = new Seen('rest');
const check = (what, pointer, value) => load().check(what, pointer, value);

/** Throws when an exchange is not in the document. `json`: the answer's, if it is that. */
export function checkExchange(method, pathname, body, status, json) {
  const path = pathOf(pathname);
  const verb = (method === 'HEAD' ? 'GET' : method).toLowerCase();
  const operation = path && load().document.paths[path][verb];
  const what = `${method} ${pathname} → ${status}`;
  if (!operation) {
    if (status < 300 && pathname.startsWith('/api/') && method !== 'OPTIONS') throw new Error(`${what} is not documented`);
    return;
  }
  seen.add(`${method === 'HEAD' ? 'GET' : method} ${path} ${status}`);
  const pointer = `/paths/${escaped(path)}/${verb}`;
  const answer = operation.responses[status] ? status : 'default';
  if (answer === 'default' && ![413, 415, 429, 500, 503].includes(status)) throw new Error(`${what}: the status is not documented`);
  if (json !== undefined && operation.responses[answer].content?.['application/json']) {
    check(what, `${pointer}/responses/${answer}/content/application~1json/schema`, json);
  }
  if (status < 300 && typeof body === 'string' && operation.requestBody?.content['application/json']) {
    check(`the body of ${what}`, `${pointer}/requestBody/content/application~1json/schema`, JSON.parse(body || '{}'));
  }
}

const realFetch = globalThis.fetch;
globalThis.fetch = async (url, options = {}) => {
  const response = await realFetch(url, options);
  const { hostname, pathname } = new URL(url);
  if (hostname === '127.0.0.1' && !pathname.startsWith('/socket.io')) {
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    const text = isJson && options.method !== 'HEAD' ? await response.clone().text() : '';
    checkExchange(options.method ?? 'GET', pathname, options.body, response.status, text ? JSON.parse(text) : undefined);
  }
  return response;
};
