/*
 * What may stand in the overlay's address, such as /overlay?theme=tint&pos=br: one table for the
 * overlay itself and for whoever builds such addresses.
 *
 *   import {PARAMETERS, read, sourceSize} from './overlay-parameters.js';
 *   const {values, wrong} = read(location.search);
 *
 * A parameter is `one` or `some` of a list of words, a number from `min` to `max` in a `unit`, or
 * text that fits a `pattern`, which `allowed` puts into words. It knows nothing of pages.
 */

/** Every parameter with its default; in an address all of them are text. */
export const PARAMETERS = {
  theme: {one: ['slab', 'paper', 'tint', 'bold', 'bare', 'pill', 'tower', 'strip'], default: 'slab'},
  size: {one: ['s', 'm', 'l'], default: 'm'},
  pos: {one: ['tl', 'tr', 'bl', 'br'], default: 'bl'},
  show: {one: ['always', 'change'], default: 'always'},
  for: {min: 5, max: 60, unit: 's', default: 8},
  on: {some: ['change', 'pause', 'resume'], default: ['change']},
  pause: {one: ['keep', 'hide', 'dim'], default: 'keep'},
  'hide-delay': {min: 0, max: 60, unit: 's', default: 0},
  idle: {one: ['hide', 'last'], default: 'hide'},
  in: {one: ['slide', 'fade', 'rise', 'none'], default: 'slide'},
  ms: {min: 0, max: 2000, unit: 'ms', default: 520},
  delay: {min: 0, max: 60, unit: 's', default: 0},
  accent: {pattern: /^(auto|[\da-f]{6})$/i, allowed: 'auto, or six digits such as ff8800', default: 'auto'},
  font: {
    pattern: /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,59}$/u,
    allowed: 'auto, or the name of an installed font',
    default: 'auto',
  },
  radius: {min: 0, max: 60, unit: 'px', default: 'auto'},
  progress: {one: ['1', '0'], default: '1'},
  art: {one: ['1', '0'], default: '1'},
  case: {one: ['as-is', 'upper', 'lower'], default: 'as-is'},
  max: {min: 160, max: 3840, unit: 'px', default: 'auto'},
  fps: {one: ['tick', 'smooth'], default: 'tick'},
  lang: {
    pattern: /^(auto|[a-z]{2,3}(-[a-z\d]{2,8})*)$/i,
    allowed: 'auto, or a language such as de',
    default: 'auto',
  },
};

/** Say in one line what a parameter of `table` may be. */
export const allowed = (name, table = PARAMETERS) => {
  const parameter = table[name];
  if (parameter.one) return parameter.one.join(', ');
  if (parameter.some) return `${parameter.some.join(', ')}, with commas between`;
  if (parameter.allowed) return parameter.allowed;
  const range = `${parameter.min} to ${parameter.max} ${parameter.unit}`;
  return parameter.default === 'auto' ? `auto, or ${range}` : range;
};

/** Return the value of one parameter, or undefined if the text is none. */
const parsed = ({one, some, pattern, min, max, default: usual}, text) => {
  if (text === usual) return usual;
  if (one) return one.includes(text) ? text : undefined;
  if (some) {
    const words = text.split(',');
    return words.every((word) => some.includes(word)) ? words : undefined;
  }
  if (pattern) return pattern.test(text) ? text : undefined;
  const number = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  return number >= min && number <= max ? number : undefined;
};

/**
 * Read a query. `values` has every parameter, with its default where the query has none or a wrong
 * one; `wrong` lists those as {name, value, allowed}. What is not in `table` is ignored.
 */
export function read(query, table = PARAMETERS) {
  const given = new URLSearchParams(query);
  const values = {};
  const wrong = [];
  for (const [name, parameter] of Object.entries(table)) {
    const text = given.get(name);
    const value = text === null ? undefined : parsed(parameter, text);
    if (text !== null && value === undefined) wrong.push({name, value: text, allowed: allowed(name, table)});
    values[name] = value ?? parameter.default;
  }
  return {values, wrong};
}

/** How much bigger than at size=m. */
const SCALES = {s: 0.75, m: 1, l: 1.5};

/** Room around the overlay for its shadow, in px. */
const MARGIN = 20;

/** Width and height of each theme at size=m, in px. A pill is as wide as its words, at most this. */
const SIZES = {
  slab: [480, 120],
  paper: [480, 120],
  tint: [480, 120],
  bold: [480, 120],
  bare: [480, 96],
  pill: [640, 64],
  tower: [300, 392],
};

/** Return how large the source in OBS has to be for these values: {width, height} in px. */
export function sourceSize({theme, size, max}) {
  const scale = SCALES[size];
  if (theme === 'strip') return {width: 1920, height: 88 * scale};
  const [usual, high] = SIZES[theme].map((px) => px * scale);
  const width = max === 'auto' ? usual : max;
  const height = theme === 'tower' ? high - usual + width : high;  // its cover is as wide as it is
  return {width: width + 2 * MARGIN, height: Math.ceil(height) + 2 * MARGIN};
}
