// A flame graph as one SVG without scripts: the name and share of a box stand in its tooltip.

const WIDTH = 1200;
const ROW = 17;
const LEAST = 0.0008; // of the width: thinner boxes are left out

const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

/** Warm colours that stay the same for a name. */
function colour(name) {
  let hash = 0;
  for (const c of name) hash = (hash * 31 + c.codePointAt(0)) % 1000;
  const isKernel = /^(__|do_|sys_|tcp_|ip_|sock_|skb_|net|entry_|x64_|_raw|ep_|sk_)/.test(name);
  return isKernel ? `hsl(${205 + (hash % 25)},55%,${70 + (hash % 12)}%)` : `hsl(${15 + (hash % 40)},85%,${62 + (hash % 14)}%)`;
}

function tree(stacks) {
  const root = { name: 'all', value: 0, children: new Map() };
  for (const [stack, samples] of stacks) {
    let node = root;
    node.value += samples;
    for (const name of stack.split(';')) {
      if (!node.children.has(name)) node.children.set(name, { name, value: 0, children: new Map() });
      node = node.children.get(name);
      node.value += samples;
    }
  }
  return root;
}

/** `stacks`: Map of "outer;…;inner" to samples. */
export function flameGraph(stacks, title) {
  const root = tree(stacks);
  const boxes = [];
  let depth = 0;
  const place = (node, left, level) => {
    const width = node.value / root.value;
    if (width < LEAST) return;
    depth = Math.max(depth, level);
    boxes.push({ node, left, width, level });
    let at = left;
    for (const child of [...node.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      place(child, at, level + 1);
      at += child.value / root.value;
    }
  };
  if (root.value > 0) place(root, 0, 0);
  const height = (depth + 3) * ROW;
  const drawn = boxes.map(({ node, left, width, level }) => {
    const x = left * WIDTH;
    const y = height - (level + 1) * ROW;
    const room = Math.floor((width * WIDTH - 6) / 6.6);
    const label = room >= 3 ? node.name.slice(0, room) : '';
    return `<g><title>${escape(node.name)}: ${(width * 100).toFixed(2)} %</title>`
      + `<rect x="${x.toFixed(1)}" y="${y}" width="${(width * WIDTH).toFixed(1)}" height="${ROW - 1}" fill="${colour(node.name)}"/>`
      + (label ? `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escape(label)}</text>` : '') + '</g>';
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">\n`
    + `<rect width="${WIDTH}" height="${height}" fill="#fff"/>\n<text x="8" y="14" font-size="13">${escape(title)}: ${root.value} samples</text>\n`
    + `${drawn.join('\n')}\n</svg>\n`;
}
