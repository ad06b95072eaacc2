// Shows the OpenAPI and AsyncAPI documents: paths and events, who may, what goes in and comes out.

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

/** A shape and, within it, links to others: JSON Schema as people read it. */
const shape = (schema) => element('pre', {}, JSON.stringify(schema, null, 2));

/** Who may send it, and which limit it is counted under. */
const rules = ({ 'x-permission': who, 'x-rate-limit': limit }) =>
  element('p', {}, `For whom: ${who}. Counted under `, element('code', {}, `limits.${limit}`), '.');

function event(name, { summary, payload, examples, 'x-asks-for-an-answer': asks }, answer, directions, taken) {
  const data = answer?.payload.oneOf[0].properties.data;
  return element('details', { 'data-words': `${name} ${summary} event`.toLowerCase() },
    element('summary', {}, element('code', { class: 'method' }, directions), element('code', {}, name),
      element('span', { class: 'what' }, summary)),
    element('div', { class: 'inside' }, element('p', {}, 'Carries ', ...brief(payload), asks ? `, and asks for an answer (${asks}).` : '.'),
      ...(taken ? [rules(taken)] : []), element('pre', { class: 'example' }, JSON.stringify(examples[0].payload, null, 2)),
      ...(payload.$ref ? [] : [shape(payload)]),
      ...(data ? [element('p', {}, 'Is answered with data: ', ...brief(data)), ...(data.$ref ? [] : [shape(data)])] : [])));
}

const load = async (name) => (await fetch(`/docs/${name}.json`)).json();
const [rest, tellings] = await Promise.all([load('openapi'), load('asyncapi')]);
const operations = Object.entries(rest.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, spec]) => operation(path, method.toUpperCase(), spec)));
const { messages } = tellings.channels.main;
const events = Object.keys(messages).filter((name) => !name.endsWith('.answer')).map((name) => event(name, messages[name],
  messages[`${name}.answer`], [`take.${name}` in tellings.operations ? 'sent' : '', `tell.${name}` in tellings.operations ? 'heard' : '']
    .filter(Boolean).join(', '), tellings.operations[`take.${name}`]));
document.getElementById('paths').replaceChildren(...operations);
document.getElementById('events').replaceChildren(...events);
const schemas = { ...rest.components.schemas, ...tellings.components.schemas };
document.getElementById('schemas').replaceChildren(...Object.entries(schemas).map(([name, schema]) =>
  element('details', { id: name }, element('summary', {}, element('code', {}, name)), shape(schema))));

document.getElementById('find').addEventListener('input', ({ target }) => {
  const words = target.value.toLowerCase().split(/\s+/);
  for (const one of [...operations, ...events]) one.hidden = !words.every((word) => one.dataset.words.includes(word));
});
// A link to a shape opens it.
const openTarget = () => { const it = document.getElementById(location.hash.slice(1)); if (it) it.open = true; };
addEventListener('hashchange', openTarget);
openTarget();
