import { measureMessages } from './messages.mjs';

export const about = '500 one-to-one rooms: saturation, CPU per event, latency';
/** Among those that `--quick` runs when no bench is named. */
export const brief = true;
export const peers = ['rookery', 'node', 'floor-each', 'floor-gather'];
export const quickPeers = ['rookery', 'node', 'floor-each'];

export const run = (context) => measureMessages(context, {
  title: '500 one-to-one rooms, 200-byte bodies', kind: 'rooms', unit: 'messages', equalRate: 6000,
  people: { users: 1000, rooms: 500 },
});
