// Waiting without sleeping: for a promise with a deadline, or for a condition that is polled.
// Deadlines only end a test that would hang; nothing is ever asserted about how long it took.

/** Slow builds (asan, tsan) multiply every deadline: ROOKERY_E2E_PATIENCE=10. */
export const patience = Number(process.env.ROOKERY_E2E_PATIENCE || 1);
export const deadlineMs = 30_000 * patience;

/** Resolves as `promise` does, or rejects with what was being waited for. */
export async function within(promise, what, ms = deadlineMs) {
  let timer;
  const late = new Promise((_, reject) => {
    const error = new Error('');
    timer = setTimeout(() => {
      error.message = `gave up waiting for ${typeof what === 'function' ? what() : what}`;
      reject(error);
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Calls `probe` until it answers something truthy, and resolves with that. */
export async function eventually(probe, what, ms = deadlineMs) {
  const end = performance.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > end) {
      throw new Error(`gave up waiting for ${typeof what === 'function' ? what() : what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A promise with its two ends outside. */
export function deferred() {
  const it = {};
  it.promise = new Promise((resolve, reject) => Object.assign(it, { resolve, reject }));
  return it;
}
