import { measureSizes } from './fanout_sizes.mjs';
import { measureMessages } from './messages.mjs';

export const about = '10 channels of 100, bodies of 200 bytes: saturation, CPU per event, latency; then channels of 2 to 10 000';
/** Among those that `--quick` runs when no bench is named. */
export const brief = true;
export const peers = ['rookery', 'node', 'node-memory', 'floor-each', 'floor-gather', 'floor-uring'];
export const quickPeers = ['rookery', 'node', 'floor-each'];

export async function run(context) {
  await measureMessages(context, {
    title: '10 channels of 100 readers, 200-byte bodies', kind: 'channels', unit: 'messages', equalRate: 700,
    people: { users: 1000, channels: 10, members: 100 },
  });
  if (!context.fixedRate) await measureSizes(context);
}
