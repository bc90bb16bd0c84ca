/*
 * Forms made from a table of parameters, the one the overlay reads its own address by.
 *
 * A wrong value is named beside its field, in the words that the overlay's console uses, and is not
 * written. It knows neither what the parameters mean nor where they go.
 */
import {allowed, read} from './overlay-parameters.js';

/** Make an element with properties and children. */
export const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** Make what shows one choice among few: a row of buttons that are radios or checkboxes. */
const row = (name, legend, words, type, chosen, words_for) => element(
  'fieldset', {},
  element('legend', {textContent: legend}),
  ...words.map((value) => element(
    'label', {},
    element('input', {type, name, value, defaultChecked: chosen.includes(value)}),
    element('span', {textContent: words_for(value)}),
  )),
);

/** Make a field to type in, with room for what is wrong. */
const line = (name, legend, parameter) => {
  const input = element('input', {
    type: 'text', name, maxLength: 300, spellcheck: false,
    placeholder: `${parameter.default}`,
    inputMode: parameter.unit ? 'decimal' : 'text',
  });
  const problem = element('small', {id: `problem-${name}-${crypto.getRandomValues(new Uint32Array(1))[0]}`});
  input.setAttribute('aria-describedby', problem.id);
  problem.setAttribute('role', 'status');
  const unit = parameter.unit ? [element('i', {textContent: parameter.unit})] : [];
  return element('label', {className: 'line'}, element('b', {textContent: legend}), input, ...unit, problem);
};

const FEW = 8;

/**
 * Fill `form` with a field for each parameter of `table` and call `changed` with what was chosen:
 * `{values, written}`, all values, and as text those that differ from the default.
 *
 * `legends` says what to call each one; those that are in `rare` are folded away. `words` may name
 * values otherwise than they are written.
 */
export function fill(form, table, {legends, words = {}, rare = []}, changed) {
  const folded = element('div', {className: 'rare'});
  for (const [name, parameter] of Object.entries(table)) {
    const {one, some, default: usual} = parameter;
    const called = (value) => words[value] ?? value;
    const legend = legends[name] ?? name;
    const field =
      one && one.length <= FEW ? row(name, legend, one, 'radio', [usual], called) :
      some ? row(name, legend, some, 'checkbox', usual, called) :
      line(name, legend, parameter);
    (rare.includes(name) ? folded : form).append(field);
  }
  if (rare.length) form.append(element('details', {}, element('summary', {textContent: 'More'}), folded));

  const gather = () => {
    const query = new URLSearchParams();
    const given = new FormData(form);
    for (const [name, {some}] of Object.entries(table)) {
      const text = some ? given.getAll(name).join(',') : `${given.get(name) ?? ''}`.trim();
      if (text) query.set(name, text);
    }
    const {values, wrong} = read(query, table);
    for (const input of form.querySelectorAll('input[type=text]')) {
      const isWrong = wrong.some(({name}) => name === input.name);
      const problem = document.getElementById(input.getAttribute('aria-describedby'));
      input.setAttribute('aria-invalid', `${isWrong}`);
      problem.textContent = isWrong ? `May be ${allowed(input.name, table)}.` : '';
    }
    const written = Object.entries(table)
      .filter(([name, {default: usual}]) => `${values[name]}` !== `${usual}`)
      .map(([name]) => [name, `${values[name]}`]);
    changed({values, written});
  };
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', gather);
  gather();
}

/** Show `snippets`, each `{label, text, note}`, with a button that copies it. */
export function show(place, snippets) {
  place.replaceChildren(...snippets.map(({label, text, note}) => {
    const code = element('code', {textContent: text});
    const said = element('span', {className: 'copied'});
    said.setAttribute('role', 'status');
    const button = element('button', {type: 'button', textContent: 'Copy'});
    button.setAttribute('aria-label', `Copy: ${label}`);
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(text);
        said.textContent = 'Copied';
      } catch {  // not https: leave it selected for the visitor's own keys
        getSelection().selectAllChildren(code);
        said.textContent = 'Selected';
      }
    });
    const pre = element('pre', {tabIndex: 0}, code);
    pre.setAttribute('aria-label', label);
    const block = element('div', {className: 'snippet'},
      element('h3', {textContent: label}), pre, button, said);
    if (note) block.append(element('p', {textContent: note}));
    return block;
  }));
}
