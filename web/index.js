/*
 * The start page: what an owner has to do next, and everything to copy, each beside what it makes.
 *
 * It tells a stranger nothing that the feed does not. What is chosen stays in the page.
 */
import {PARAMETERS as OVERLAY, sourceSize} from './overlay-parameters.js';
import {fill, show} from './index-fields.js';

const find = (selector) => document.querySelector(selector);
const told = (name) => find(`meta[name="tonearm-${name}"]`).content;
const here = told('public-url') ? told('public-url').replace(/\/*$/, '/') : new URL('.', location.href).href;

const LANGUAGE = {
  pattern: /^(auto|[a-z]{2,3}(-[a-z\d]{2,8})*)$/i,
  allowed: 'auto, or a language such as de',
  default: 'auto',
};
const CARD = {
  variant: {one: ['auto', 'wide', 'compact', 'bento', 'hero'], default: 'auto'},
  theme: {one: ['auto', 'light', 'dark'], default: 'auto'},
  tint: {one: ['soft', 'bold', 'none'], default: 'soft'},
  links: {one: ['card', 'none'], default: 'card'},
  progress: {one: ['bar', 'none'], default: 'bar'},
  art: {one: ['auto', 'none'], default: 'auto'},
  motion: {one: ['auto', 'none'], default: 'auto'},
  'hide-when': {some: ['paused', 'idle', 'nothing', 'offline', 'explicit'], default: []},
};
/** How large a frame each variant fills, as in docs/card.md; it would be cut off in a smaller one. */
const FRAMES = {auto: [400, 128], wide: [400, 128], compact: [400, 56], bento: [300, 300], hero: [400, 152]};
const IMAGE = {theme: CARD.theme, tint: CARD.tint, lang: LANGUAGE};
const CHAT = {
  f: {pattern: /^[^\n\r]{1,300}$/, allowed: '1 to 300 characters', default: '{title} - {artist}'},
  idle: {pattern: /^[^\n\r]{1,300}$/, allowed: '1 to 300 characters', default: 'Nothing is playing'},
  max: {min: 1, max: 2000, unit: 'characters', default: 400},
};
const ALT = 'What I am listening to';

/** Escape text for a query. A parenthesis left in it would end the $(urlfetch ...) of a bot. */
const encoded = (text) => encodeURIComponent(text)
  .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** Return the address of one of this server's pages, with what was chosen. */
const address = (path, written) => {
  const query = written.map(([name, value]) => `${name}=${encoded(value)}`).join('&');
  return here + path + (query && `?${query}`);
};

/** The same for the preview, which is always this server, whatever name the world knows it by. */
const nearby = (path, written) => new URL(address(path, written).slice(here.length), new URL('.', location.href)).href;

/** Wait until nothing was chosen for a moment; the last one counts. */
const calmly = (act) => {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(act, 250, ...given);
  };
};

function cardKit() {
  const preview = find('#preview');
  const [path, integrity] = told('card').split(' ');
  const {origin, host, protocol} = new URL(here);
  fill(find('#card form'), CARD, {
    legends: {variant: 'Shape', theme: 'Theme', tint: 'Tint', links: 'Link', progress: 'Progress', art: 'Cover',
      motion: 'Motion', 'hide-when': 'Hide while'},
    words: {card: 'to Spotify', bar: 'shown'},
    rare: ['links', 'progress', 'art', 'motion', 'hide-when'],
  }, ({values, written}) => {
    for (const name of Object.keys(CARD)) preview.removeAttribute(name);
    const attributes = written.map(([name, value]) => [name, value.replaceAll(',', ' ')]);
    for (const [name, value] of attributes) preview.setAttribute(name, value);
    const chosen = attributes.map(([name, value]) => ` ${name}="${value}"`).join('');
    const tag = `<now-playing${chosen}><a href="${here}">${ALT}</a></now-playing>`;
    const [width, height] = FRAMES[values.variant];
    const frame = address('embed', attributes);
    show(find('#card .snippets'), [
      {label: 'HTML', text: `<script async src="${here}card.js"></script>\n${tag}`},
      path && {label: 'HTML that accepts this very version only',
        text: `<script async src="${here}${path}"\n  integrity="${integrity}" crossorigin></script>\n${tag}`,
        note: 'For pages that pin what they load. After an update of the server the browser refuses it: copy it anew then.'},
      {label: 'Where no scripts are allowed: a frame',
        text: `<iframe src="${frame.replaceAll('&', '&amp;')}" width="${width}" height="${height}"\n  title="${ALT}" loading="lazy" style="border:0"></iframe>`},
      {label: 'For a Content-Security-Policy',
        text: `script-src ${origin};\nconnect-src ${origin} ${protocol.replace('http', 'ws')}//${host};\n` +
          `img-src ${origin} https://*.scdn.co https://*.spotifycdn.com`},
    ].filter(Boolean));
  });
}

function overlayKit() {
  const frame = find('#overlay iframe');
  const stage = find('#overlay .stage');
  const fit = () => {
    const scale = Math.min(1, stage.clientWidth / frame.width, stage.clientHeight / frame.height);
    frame.style.transform = `translate(-50%, -50%) scale(${scale})`;
  };
  const draw = calmly((written, size) => {
    // What comes for a moment or not at all would leave nothing to look at.
    const seen = [...written.filter(([name]) => !['show', 'idle', 'delay'].includes(name)), ['idle', 'last']];
    frame.width = size.width;
    frame.height = size.height;
    fit();
    frame.contentWindow.location.replace(nearby('overlay', seen));
  });
  fill(find('#overlay form'), OVERLAY, {
    legends: {theme: 'Theme', size: 'Size', pos: 'Corner', show: 'Show', for: 'Show for', on: 'Show on', pause: 'Paused',
      'hide-delay': 'Go after', idle: 'Silence', in: 'Comes by', ms: 'Comes in', delay: 'Delay', accent: 'Accent',
      font: 'Font', radius: 'Corners', progress: 'Progress', art: 'Cover', case: 'Letters', max: 'Width',
      fps: 'Bar moves', lang: 'Language'},
    words: {s: 'S', m: 'M', l: 'L', tl: '↖', tr: '↗', bl: '↙', br: '↘', 1: 'yes', 0: 'no'},
    rare: ['for', 'on', 'hide-delay', 'in', 'ms', 'delay', 'accent', 'font', 'radius', 'progress', 'art', 'case', 'max',
      'fps', 'lang'],
  }, ({values, written}) => {
    const size = sourceSize(values);
    draw(written, size);
    show(find('#overlay .snippets'), [
      {label: 'OBS: Sources, +, Browser, URL', text: address('overlay', written)},
      {label: 'Width and height there', text: `${size.width} x ${size.height}`,
        note: 'The box "Custom CSS" may stay as it is; docs/overlay.md names every class to style.'},
    ]);
  });
  new ResizeObserver(fit).observe(stage);
}

function imageKit() {
  const image = find('#image img');
  const draw = calmly((written) => {
    image.src = nearby('v1/card.svg', written);
  });
  fill(find('#image form'), IMAGE, {legends: {theme: 'Theme', tint: 'Tint', lang: 'Language'}}, ({written}) => {
    const url = address('v1/card.svg', written);
    draw(written);
    show(find('#image .snippets'), [
      {label: 'Markdown', text: `[![${ALT}](${url})](${here})`},
      {label: 'HTML', text: `<a href="${here}"><img src="${url.replaceAll('&', '&amp;')}" width="400" height="128" alt="${ALT}"></a>`,
        note: 'For READMEs on GitHub, forums and mails: the cover is inside the image. It needs https.'},
    ]);
  });
}

function chatKit() {
  const answer = find('#chat output');
  const draw = calmly(async (written) => {
    try {
      answer.textContent = await (await fetch(nearby('v1/current.txt', written))).text();
    } catch {
      answer.textContent = '…';
    }
  });
  fill(find('#chat form'), CHAT, {legends: {f: 'Says', idle: 'In silence', max: 'At most'}}, ({written}) => {
    const url = address('v1/current.txt', written);
    draw(written);
    show(find('#chat .snippets'), [
      {label: 'Nightbot', text: `!commands add !song $(urlfetch ${url})`},
      {label: 'StreamElements', text: `!command add !song \${customapi ${url}}`},
      {label: 'Streamlabs Cloudbot', text: `{readapi.${url}}`},
      {label: 'Any other bot that reads an address', text: url,
        note: 'Names to use: {title} {artist} {first_artist} {album} {show} {url} {state} {progress} {duration} {time_left}.'},
    ]);
  });
}

/** Tell an owner what is left to do; a stranger learns nothing that the card does not show. */
function look() {
  const {hostname, protocol} = new URL(here);
  const isLoopback = /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
  const isAtHome = isLoopback || /^(10|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254)\.|\.(local|lan|home\.arpa)$|^\[f[de]/.test(hostname);
  const steps = {
    'no-login': find('#live').data?.health === 'login_needed',
    'at-home': isAtHome,
    'no-https': !isAtHome && protocol === 'http:',
  };
  for (const [id, isOpen] of Object.entries(steps)) find(`#${id}`).hidden = !isOpen;
  find('#owner').hidden = !Object.values(steps).includes(true);
}

const kits = {card: cardKit, overlay: overlayKit, image: imageKit, chat: chatKit};
const begun = new Set();

/** Show one kit, and make it when it is wanted for the first time. */
function open() {
  const place = new FormData(find('#places')).get('place');
  for (const kit of document.querySelectorAll('.kit')) kit.hidden = kit.id !== place;
  if (!begun.has(place)) kits[place]();
  begun.add(place);
}

find('#places').addEventListener('change', open);
for (const event of ['np-change', 'np-status']) find('#live').addEventListener(event, look);
open();
look();
