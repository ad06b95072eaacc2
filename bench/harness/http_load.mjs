// Requests at a steady rate, over connections that are kept, from a process of its own: it reads one
// line {port, rate, seconds, requests: [{method, path, token, body}]} and prints what came of it.

import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function send(port, { method = 'GET', path, token, body }) {
  return new Promise((done) => {
    const headers = { ...(token ? { 'access-token': token } : {}), ...(body ? { 'content-type': 'application/json' } : {}) };
    const it = request({ agent, port, host: '127.0.0.1', method, path, headers }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk) => (bytes += chunk.length)).on('end', () => done({ status: answer.statusCode, bytes }));
    });
    it.on('error', () => done({ status: 0, bytes: 0 }));
    it.end(body);
  });
}

async function run({ port, rate, seconds, requests }) {
  const times = [];
  const waiting = [];
  let failed = 0;
  let bytes = 0;
  const begin = performance.now();
  const count = Math.round(rate * seconds);
  for (let i = 0; i < count; i++) {
    const due = begin + (i * 1000) / rate;
    while (performance.now() < due) await new Promise((later) => setTimeout(later, Math.max(due - performance.now(), 0)));
    waiting.push(send(port, requests[Math.floor(Math.random() * requests.length)]).then((answer) => {
      times.push(performance.now() - due); // from when it was due: a server that is late cannot hide it
      bytes += answer.bytes;
      if (answer.status < 200 || answer.status > 299) failed++;
    }));
  }
  await Promise.all(waiting);
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(Math.floor(times.length * share), times.length - 1)];
  return { count, failed, bytes, seconds: (performance.now() - begin) / 1000, p50: at(0.5), p99: at(0.99) };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(JSON.parse(line))));
}
