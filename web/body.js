// What stands in a message's `body` (events.md, "What deployed web clients rely on"): the JSON of a
// Quill delta, `{"ops":[{"insert":"text\n"}]}`. Other bodies are somebody's plain text.

export const encodeBody = (text) => JSON.stringify({ ops: [{ insert: `${text}\n` }] });

/// The text to show for a body, without the newline that ends every delta.
export function bodyText(body) {
  const ops = deltaOps(body);
  if (!ops) return String(body ?? '');
  return ops
    .map(({ insert }) => insertText(insert))
    .join('')
    .replace(/\n$/, '');
}

function deltaOps(body) {
  try {
    const { ops } = JSON.parse(body);
    return Array.isArray(ops) && ops.every((op) => op && typeof op === 'object') ? ops : null;
  } catch {
    return null;
  }
}

// An embed is an object with one key, its kind: {"image": "data:..."}, {"mention": {"value": ...}}.
function insertText(insert) {
  if (typeof insert === 'string') return insert;
  if (!insert || typeof insert !== 'object') return '';
  if (typeof insert.mention?.value === 'string') return `@${insert.mention.value}`;
  return `[${Object.keys(insert)[0] ?? ''}]`;
}
