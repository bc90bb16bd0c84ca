/*
 * One card: what it shows, and the timer that keeps it right.
 */
import css from './card.css' with {type: 'text'};
import {checked, make, set} from './parts.js';
import {listen} from './feed.js';
import english from '../words/en.json' with {type: 'json'};

/** Where this file came from; as a module it cannot know, then it is where the page came from. */
const HOME = globalThis.document?.currentScript?.src || '.';

/** Words by language, or the promise of them. English is built in: nothing waits for words. */
const spoken = {};
let sheet;

/** Milliseconds of less than a day as 3:31 or 1:02:09. */
const clock = (ms) => new Date(ms).toISOString().slice(11, 19).replace(/^[0:]{1,4}/, '');

/** Dress an element as a card, and give it its properties and methods. */
export const dress = (host) => {
  const [fallback, logo, empty, mark, note, ...bars] = ['slot', 'slot', 'slot', ...'bbiii'].map((tag) => document.createElement(tag));
  const [art, label, title, byline, elapsed, fill, duration, link, live] =
    ['art', 'status-text', 'title', 'byline', 'elapsed', 'fill', 'duration', 'link', 'live'].map((name) => make(name));
  const artwork = make('artwork', art, note);
  const status = make('status', make('equalizer', ...bars), label);
  const badge = make('badge', 'E');
  const body = make('body', status, title, make('credits', badge, byline),
    make('progress', elapsed, make('bar', fill), duration));
  const card = make('card', artwork, body, make('source', logo, make('source-name', 'Spotify')), link, live);
  logo.append(mark);
  logo.name = 'logo';
  empty.name = 'empty';
  title.dir = byline.dir = 'auto';
  link.target = '_blank';
  art.alt = '';
  art.referrerPolicy = 'no-referrer';
  art.onerror = () => (art.hidden = true);
  set(live, {role: 'status'});
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  const root = host.attachShadow({mode: 'open'});
  root.adoptedStyleSheets = [sheet];
  root.append(fallback, card);

  const {states} = host.attachInternals();
  let own = host.data || null;  // the snapshot the page set itself, perhaps before this file came
  let snapshot = null;
  let words = english;
  let lang = 'en';
  let offset, connection, state, uri, variant, said, both, timer, saying, stop, again, hasBar, isHung, isInView;

  const wish = (name) => host.getAttribute(name) || '';
  const server = () => checked(wish('server') || HOME, document.baseURI, 'http');
  const tell = (name, detail) => host.dispatchEvent(new CustomEvent(name, {detail, bubbles: true, composed: true}));

  /** Milliseconds as '12 min. ago', in as many letters as the variant has room for. */
  const ago = (ms) => {
    const minutes = ms / 60000;
    const [size, unit] = minutes < 60 ? [1, 'minute'] : minutes < 1440 ? [60, 'hour'] : [1440, 'day'];
    if (minutes < 1) return words.just_now;
    return new Intl.RelativeTimeFormat(words.lang, {numeric: 'auto', style: variant === 'compact' ? 'narrow' : 'short'}).format(-(minutes / size | 0), unit);
  };

  /** Move bar and times, or the age of what was last played, and come back when they change. */
  const tick = () => {
    clearTimeout(timer);
    const now = offset + performance.now();
    let wait;
    let since = '';
    if (hasBar) {
      const length = snapshot.item.duration_ms;
      const at = Math.max(0, Math.min(length, snapshot.position_ms + (state === 'playing' && now - snapshot.as_of))) || 0;
      elapsed.textContent = clock(at);
      fill.style.transform = `scaleX(${(at / length).toFixed(3)})`;
      if (state === 'playing' && at < length) wait = 1000 - at % 1000;
    } else if (state === 'idle' && snapshot.ended_at) {
      const rest = Math.max(0, now - snapshot.ended_at);
      since = ago(rest);
      wait = 60000 - rest % 60000;
    }
    const text = words[state].replace('{ago}', since).trim();
    if (said !== (said = text + variant)) {  // the same again would cost a layout each second
      label.textContent = variant === 'compact' && title.textContent ? since : text;
      set(card, {role: 'group', 'aria-label': text});
    }
    // A hidden page has no frames: there nothing moves, and the first frame after it catches up.
    if (wait && isHung && isInView) timer = setTimeout(requestAnimationFrame, wait + 8, tick);
  };

  /** Speak the card's or the page's language, as soon as its words are here. */
  const translate = async () => {
    const asked = host.closest('[lang]')?.lang.match(/^(ar|de|es|ja)\b/)?.[0] || 'en';
    if (asked === lang) return;
    lang = asked;
    try {
      const heard = await (spoken[asked] ||= fetch(new URL(`v1/words/${asked}.json`, server())).then((answer) => answer.json()));
      if (asked === lang) words = {...english, ...heard};
      draw();
    } catch {}
  };

  /** Say a new item to those who want to hear of it, at most once in 10 s. */
  const say = () => {
    saying = live.textContent !== both && setTimeout(say, 10000);
    live.textContent = both;
  };

  const draw = () => {
    const {item, health} = snapshot || {};
    const {kind, url, art: pictures, palette, explicit, duration_ms: length} = item || {};
    const stateBefore = state;
    const uriBefore = uri;
    const tint = wish('tint');

    // Trouble between the owner and Spotify is no visitor's business.
    state = connection === 'offline' || /offline|stale/.test(health) ? 'offline' :
      !snapshot ? 'connecting' :
      health === 'ok' && Object.hasOwn(english, snapshot.state) ? snapshot.state :
      item ? 'idle' : 'nothing';
    translate();
    host.dataset.state = state;
    try {
      states.clear();
      states.add(state);
    } catch {}  // browsers before 2024
    host.toggleAttribute('data-hidden', wish('hide-when').match(explicit ? `explicit|${state}` : state));
    fallback.hidden = !!snapshot;
    card.hidden = !snapshot && !!fallback.assignedElements()[0];
    const width = host.offsetWidth;
    variant = wish('variant').replace('auto', '') || (width < 300 ? 'compact' : 'wide');
    hasBar = length > 0 && length < 864e5 && /playing|paused/.test(state) && wish('progress') !== 'none';

    // Title, byline, and one link over the whole card, back to the item.
    const name = `${item ? item.title : words[`${state}_title`] || ''}`;
    const by = `${item?.byline || (kind === 'local' ? words.local : '')}`;
    const href = wish('links') !== 'none' && checked(url, document.baseURI, 'https://open.spotify.com/');
    both = by ? `${name}, ${by}` : name;
    empty.textContent = name;
    title.replaceChildren(state === 'nothing' ? empty : name);
    byline.textContent = by;
    badge.hidden = !explicit;
    duration.textContent = hasBar ? clock(length) : '';
    for (const node of [title, byline]) set(node, {'aria-hidden': !!href});  // the link says it
    link.hidden = !item;
    // Pointing anywhere shows what was cut off.
    set(link, {href, title: both, 'aria-label': href && `${both}. ${words.open}`});
    set(badge, {role: 'img', 'aria-label': words.explicit});
    set(status, {lang: words.lang});

    // The ready colour sets of the cover; without them the card is neutral.
    const isBold = tint === 'bold' && palette;
    const isDark = isBold || ({light: false, dark: true}[wish('theme').replace('auto', '') || getComputedStyle(host).colorScheme] ?? darkness.matches);
    const colours = tint !== 'none' && palette?.[isBold ? 'bold' : isDark ? 'dark' : 'light'];
    card.style.cssText = '';
    for (const name in colours) {
      if (/^#\w+$/.test(colours[name])) card.style.setProperty(`--_${name}`, colours[name]);
    }
    card.className = `card ${variant} ${state}${hasBar ? '' : ' bare'}${item ? '' : ' empty'}${isDark ? ' dark' : ''}${width < 220 ? ' small' : ''}`;

    // Spotify has 640, 300 and 64 px: the second is sharp enough for all but headers and large tiles.
    const picture = pictures?.[width > 300 && /bento|hero/.test(variant) ? 0 : 1] || pictures?.[0];
    artwork.hidden = wish('art') === 'none';
    const src = artwork.hidden ? '' : checked(picture?.url, server(), 'https:', checked('/', server(), 'http'));
    if (src !== art.getAttribute('src')) {
      art.hidden = !src;
      set(art, {src});
    }
    tick();
    // A third line; what is less is only high letters.
    card.classList.toggle('cut', title.scrollHeight > title.offsetHeight + 20);

    uri = item?.uri;
    const isNext = uriBefore && uriBefore !== uri;
    const isNew = uriBefore !== uri || stateBefore !== state;
    if (snapshot && isNew) tell('np-change', snapshot);
    if (isNext && host.hasAttribute('announce') && !saying) say();
    if (wish('motion') === 'none' || matchMedia('(prefers-reduced-motion)').matches) return;
    if (isNext) body.animate({opacity: [0, 1], translate: ['0 6px', 0]}, {duration: 360, easing: 'ease'});
    // The bars move for less than five seconds, then rest.
    if (state === 'playing' && isNew) bars.forEach((bar, n) => bar.animate(
      {transform: `scaleY(${n % 2 ? .3 : 1})`},
      {duration: 800 - 90 * n, iterations: 6, direction: 'alternate', easing: 'steps(5)'}));
  };
  fallback.onslotchange = draw;

  const heard = (newSnapshot, newOffset, newConnection, error) => {
    const connectionBefore = connection;
    [snapshot, offset, connection] = [newSnapshot, newOffset, newConnection];
    draw();
    if (connectionBefore !== connection) tell('np-status', connection);
    if (error) tell('np-error', error);
  };

  const leave = () => {
    stop?.();
    stop = again = null;
  };

  /** Show the page's own snapshot; without one, follow the server. */
  const play = () => {
    leave();
    if (own) heard(own, own.now - performance.now());
    else if (isHung) server() ? [stop, again] = listen(server(), heard) : heard(null, 0, 'offline', 'address');
  };
  const watch = new IntersectionObserver((seen) => {
    isInView = seen.at(-1).isIntersecting;
    tick();
  });
  const darkness = matchMedia('(prefers-color-scheme:dark)');
  const sizes = new ResizeObserver(draw);

  Object.defineProperties(host, {
    state: {get: () => state},
    data: {
      get: () => snapshot,
      set(snapshot) {
        own = snapshot;
        play();
      },
    },
  });
  host.changed = () => isHung && play();
  host.refresh = () => again?.();
  host.resume = () => {
    isHung = true;
    watch.observe(host);
    sizes.observe(live);  // as wide as the card, but no higher for what is drawn
    darkness.onchange = draw;
    play();
  };
  host.pause = () => {
    isHung = false;
    watch.disconnect();
    sizes.disconnect();
    darkness.onchange = null;
    clearTimeout(timer);
    saying = clearTimeout(saying);
    leave();
  };
};
