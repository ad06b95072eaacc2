// Bars for the README, readable on white and on dark.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WIDTH = 760;
const NAMES = 120;
const ROW = 26;

/** `parts`: [{heading, bars: [{name, median, low, high, text}]}]; a thin line shows low and high. */
export function barChart(title, parts) {
  const drawn = [];
  let y = 30;
  drawn.push(`<text x="12" y="${y - 6}" font-size="15" font-weight="bold">${title}</text>`);
  for (const { heading, bars } of parts.filter(({ bars: some }) => some.length > 0)) {
    y += 22;
    drawn.push(`<text x="12" y="${y}" font-size="12" fill="#555">${heading}</text>`);
    const most = Math.max(...bars.map(({ high }) => high));
    const scale = (value) => (value / most) * (WIDTH - NAMES - 110);
    y += 8;
    for (const { name, median, low, high, text } of bars) {
      const colour = name.startsWith('rookery') ? '#d9622b' : name.startsWith('floor') ? '#9aa5b1' : '#4c8bb8';
      const middle = y + ROW / 2;
      drawn.push(`<text x="12" y="${middle + 4}">${name}</text>`,
        `<rect x="${NAMES}" y="${y + 4}" width="${scale(median).toFixed(1)}" height="${ROW - 8}" rx="2" fill="${colour}"/>`,
        `<path d="M${(NAMES + scale(low)).toFixed(1)} ${middle}H${(NAMES + scale(high)).toFixed(1)}" stroke="#222" stroke-width="2"/>`,
        `<text x="${(NAMES + scale(Math.max(high, median)) + 8).toFixed(1)}" y="${middle + 4}">${text}</text>`);
      y += ROW;
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 12}" font-family="sans-serif" font-size="13">\n`
    + `<rect width="${WIDTH}" height="${y + 12}" rx="6" fill="#fff"/>\n${drawn.join('\n')}\n</svg>\n`;
}

export function writePicture(context, svg) {
  const file = join(context.output, `${context.bench}.svg`);
  writeFileSync(file, svg);
  console.log(`Picture: ${file}`);
}
