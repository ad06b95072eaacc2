// Turns, saturation, and what several rounds come to.

/** Delivered and confirmed in time: the slowest hundredth within this, from when it was due. */
export const inTimeMs = 200;

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** {median, low, high, rounds} of numbers. */
export const summary = (values) => ({ median: median(values), low: Math.min(...values), high: Math.max(...values), rounds: values.length });

/** What no load excuses; throws. */
export function checkHonest(name, result) {
  for (const fault of ['doubled', 'disordered', 'foreign']) {
    if (result[fault] > 0) throw new Error(`${name} at ${result.rate}/s: ${result[fault]} ${fault} events`);
  }
}

/** What a server owes at a rate that it can carry; throws. */
export function checkComplete(name, result) {
  checkHonest(name, result);
  for (const fault of ['missing', 'failed', 'refused', 'lost']) {
    if (result[fault] > 0) {
      throw new Error(`${name} at ${result.rate}/s: ${result[fault]} ${fault} of ${result.sent} messages ${result.lastLoss}`);
    }
  }
}

export function isInTime(result) {
  const isWhole = ['missing', 'failed', 'refused', 'lost'].every((fault) => result[fault] === 0);
  return isWhole && [result.delivery, result.confirm].every(({ p99 }) => p99 <= inTimeMs * 1000);
}

/** The highest rate that is carried, between a carried and a refused one that differ by `precision`. Looks up and
 *  down from `start` by `step`: a small one where the answer is about known. */
export async function saturate(server, { start, precision, values, step = 1.6 }) {
  let low = 0;
  let high = Infinity;
  let best;
  for (let rate = start; high / Math.max(low, 1) > 1 + precision;) {
    const result = await server.run({ drain: 5, ...values, rate: Math.max(Math.round(rate), 1) });
    checkHonest(server.name, result);
    if (isInTime(result)) {
      low = rate;
      best = result;
      rate = high === Infinity ? rate * step : Math.sqrt(low * high);
    } else {
      if (result.missing > 0) await server.quiet();
      if (result.lost > 0) await server.settle();
      high = rate;
      rate = low === 0 ? rate / step : Math.sqrt(low * high);
      if (rate < 1) throw new Error(`${server.name} carries nothing: ${JSON.stringify(result)}`);
    }
    server.context.note(`${server.name} ${Math.round(result.rate)}/s: ${isInTime(result) ? 'in time' : 'not in time'}`
      + ` (delivery p99 ${ms(result.delivery.p99)}, confirm p99 ${ms(result.confirm.p99)} ms,`
      + ` CPU ${(result.cpu.loops / 1e7 / result.seconds).toFixed(0)} %, load late by ${ms(result.lateness.p99)} ms)`);
  }
  return best;
}

export const ms = (us) => (us / 1000).toFixed(us < 10_000 ? 2 : 0);
