// Shows the OpenAPI document: paths, who may, what goes in and comes out.

const nameOf = ({ $ref } = {}) => $ref?.split('/').at(-1);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const link = (name) => element('a', { href: `#${name}` }, name);

/** A schema in a few words, with links to the shapes it names. */
function brief(schema) {
  const name = nameOf(schema);
  if (name) return [link(name)];
  if (schema?.oneOf) return schema.oneOf.flatMap((one, i) => [i ? ' or ' : '', ...brief(one)]);
  if (schema?.enum) return [schema.enum.map(String).join(' | ')];
  if (schema?.type === 'array') return ['list of ', ...brief(schema.items)];
  if (schema?.allOf) return [...brief(schema.allOf[0]), ' with ', ...brief(dataOf(schema.allOf[1]))];
  return [schema?.type ?? 'anything'];
}

/** What the innermost `data` of an envelope is. */
function dataOf(schema) {
  const data = schema?.properties?.data;
  return data ? dataOf(data) : schema;
}

function row(head, ...cells) {
  return element('tr', {}, element('th', { scope: 'row' }, head), ...cells.map((cell) => element('td', {}, ...cell)));
}

function operation(path, method, spec) {
  const parameters = spec.parameters.map(({ name, required, description = '', in: place }) =>
    row(element('code', {}, name), [place], [required ? 'required' : 'optional'], [description]));
  const [body] = Object.entries(spec.requestBody?.content ?? {});
  const answers = Object.entries(spec.responses).map(([status, { description, content = {} }]) => {
    const [type, media] = Object.entries(content)[0] ?? [];
    return row(status, [description], media ? brief(media.schema) : [''], [type === 'application/json' ? '' : type ?? '']);
  });
  return element('details', { 'data-words': `${method} ${path} ${spec.summary}`.toLowerCase() },
    element('summary', {}, element('code', { class: 'method' }, method), element('code', {}, path),
      element('span', { class: 'what' }, spec.summary)),
    element('div', { class: 'inside' },
      element('p', {}, spec.security ? `With a token${spec['x-role'] ? `, as ${spec['x-role']}` : ''}.` : 'For anybody.'),
      ...(parameters.length ? [element('table', {}, ...parameters)] : []),
      ...(body ? [element('p', {}, 'Takes ', ...brief(body[1].schema), ` as ${body[0]}.`)] : []),
      element('table', {}, ...answers)));
}

const contract = await (await fetch('/docs/openapi.json')).json();
const operations = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, spec]) => operation(path, method.toUpperCase(), spec)));
document.getElementById('paths').replaceChildren(...operations);
document.getElementById('schemas').replaceChildren(element('h2', {}, 'Shapes'),
  ...Object.entries(contract.components.schemas).map(([name, schema]) => element('details', { id: name },
    element('summary', {}, element('code', {}, name)), element('pre', {}, JSON.stringify(schema, null, 2)))));

document.getElementById('find').addEventListener('input', ({ target }) => {
  const words = target.value.toLowerCase().split(/\s+/);
  for (const one of operations) one.hidden = !words.every((word) => one.dataset.words.includes(word));
});
// A link to a shape opens it.
const openTarget = () => { const it = document.getElementById(location.hash.slice(1)); if (it) it.open = true; };
addEventListener('hashchange', openTarget);
openTarget();
