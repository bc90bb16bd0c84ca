/*
 * <now-playing>: a live card of what somebody listens to, fed by their tonearm server.
 *
 *   <script async src="https://np.example/card.js"></script>
 *   <now-playing><a href="https://np.example/">What I am listening to</a></now-playing>
 *
 * Attributes   server   where the feed is; left out, it is where this file came from
 *              variant  auto (default: by its own width), wide, compact, bento
 *              theme    auto (default), light, dark
 *              tint     soft (default: colours of the cover), bold, none
 * Properties   data     the snapshot on show; set one to use the card without a server
 *              state    what the card says, also as the attribute data-state
 * Events       np-change (state or item changed), np-status (connecting, live, stale, offline)
 * Slots        default (shown until the first snapshot), logo (instead of Spotify's icon)
 * Style        --np-bg --np-fg --np-muted --np-accent --np-border --np-radius --np-shadow
 *              --np-font --np-art-size, and ::part(...): every part="..." below
 *
 * The wire contract (version 1) is all it knows of the server. Everything that arrives is text or
 * a checked URL, never markup. This file is what runs: there is no build step.
 */
(() => {
// No element on a server (imports there are harmless), none twice, and none in a browser from
// before 2023 (the newest thing needed is colour mixing): the fallback inside the tag stays.
if (!globalThis.customElements || customElements.get('now-playing') ||
  !CSS.supports('color:color-mix(in srgb,red,red)')) return;

/** Where this file came from; as a module it cannot know, then the page's own server counts. */
const HOME = document.currentScript?.src || document.baseURI;

const LABELS = {
  connecting: 'Connecting',
  playing: 'Now playing',
  paused: 'Paused',
  idle: 'Last played',
  nothing: 'Nothing played yet',
  ad: 'Ad break',
  unknown: 'One moment',
  offline: 'Offline',
};
// Titles where there is no item to name.
const TITLES = {nothing: 'Quiet so far', ad: 'Back in a moment', unknown: 'Something is playing', offline: 'Nothing to show'};
const WORDS = {lang: 'en', justNow: 'just now', explicit: 'Explicit', local: 'Local file', open: 'Open on Spotify'};

// Spotify's mark as Simple Icons draws it (CC0), to 0.01 px. Its design rules: at least 21 px wide,
// clear space of half its height, black or white and nothing else. Both outlines are 24 px square.
const MARK = 'M12 0C5.4 0 0 5.4 0 12s5.4 12 12 12 12-5.4 12-12S18.66 0 12 0zm5.52 17.34c-.24.36-.66.48-1.02.24-2.82-1.74-6.36-2.1-10.56-1.14-.42.12-.78-.18-.9-.54-.12-.42.18-.78.54-.9 4.56-1.02 8.52-.6 11.64 1.32.42.18.48.66.3 1.02zm1.44-3.3c-.3.42-.84.6-1.26.3-3.24-1.98-8.16-2.58-11.94-1.38-.48.12-1.02-.12-1.14-.6-.12-.48.12-1.02.6-1.14C9.6 9.9 15 10.56 18.72 12.84c.36.18.54.78.24 1.2zm.12-3.36C15.24 8.4 8.82 8.16 5.16 9.3c-.6.18-1.2-.18-1.38-.72-.18-.6.18-1.2.72-1.38 4.26-1.26 11.28-1.02 15.72 1.62.54.3.72 1.02.42 1.56-.3.42-1.02.6-1.56.3z';
const NOTE = 'M9.5 18a3.2 3.2 0 1 1-2-3V4.5L20 2v13.5a3.2 3.2 0 1 1-2-3V6.4L9.5 8z';

// ---------------------------------------------------------------------------------------------
// Looks. The cover is the only ornament; the card is a quiet sleeve cut from its colour.
// Corners are concentric: radius of the card = its padding + radius of the cover (4 or 8 px).

const DARK = '--bg:var(--np-bg,var(--_dbg,#17171a));--fg:var(--np-fg,var(--_dfg,#fafafa));--mu:var(--np-muted,var(--_dmu,#a3a3ab));--ac:var(--np-accent,var(--_dac,#fafafa));--mark:#fff';

// Wide is the ground plan: 96 px of cover, and rows that add up to the same 96 px
// (status 18 + 8, title 24, byline 20, 10 + times 16). A state never changes the height; without a
// bar the text is centred by a transform, which shifts no layout.
const WIDE = `
:host{display:block;container-type:inline-size;width:100%;max-width:400px}
:host([hidden]),[hidden]{display:none!important}
[part=card]{all:initial;--bg:var(--np-bg,var(--_lbg,#fff));--fg:var(--np-fg,var(--_lfg,#18181b));--mu:var(--np-muted,var(--_lmu,#66666e));--ac:var(--np-accent,var(--_lac,#18181b));--mark:#000;--art:var(--np-art-size,96px);--pad:16px;--round:var(--np-radius,calc(var(--pad) + 4px));position:relative;display:flex;gap:16px;box-sizing:border-box;height:calc(var(--art) + 2*var(--pad));padding:calc(var(--pad) - 1px);border:1px solid var(--np-border,color-mix(in srgb,var(--fg) 6%,transparent));border-radius:var(--round);background:var(--bg);box-shadow:var(--np-shadow,none);color:var(--fg);font-family:var(--np-font,inherit);text-align:left}
[part=card][dir=rtl]{text-align:right}
:host([theme=dark]) [part=card]{${DARK}}
@media(prefers-color-scheme:dark){:host(:not([theme=light])) [part=card]{${DARK}}}
[part=artwork]{flex:none;display:grid;place-items:center;width:var(--art);height:var(--art);border-radius:4px;background:color-mix(in srgb,var(--fg) 7%,transparent)}
[part=art]{width:100%;height:100%;border-radius:inherit;object-fit:contain}
b{display:block;width:24px;height:24px;background:var(--mark);clip-path:path("${MARK}")}
[part=artwork] b{background:var(--mu);clip-path:path("${NOTE}");transform:scale(1.4)}
[part=art]:not([hidden])+b{display:none}
[part=body]{flex:1;min-width:0;display:grid;grid-template-columns:minmax(0,1fr);align-content:start}
[part=status],[part=heading],[part=progress]{display:flex;align-items:center;gap:8px}
[part=status]{margin-bottom:8px;padding-inline-end:36px;font-size:12.5px;line-height:18px;font-weight:500;color:var(--mu)}
[data-empty] [part=status]{padding:0}
[part=status-text],[part=title],[part=byline]{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
[part=status-age]{display:none;white-space:nowrap}
[part=heading]{font-size:18px;line-height:24px;font-weight:650;letter-spacing:-.014em}
[part=link]{position:absolute;inset:-1px;border-radius:var(--round);outline-offset:2px}
[part=link]:focus-visible{outline:2px solid var(--fg)}
[part=badge]{flex:none;width:16px;border-radius:3px;background:color-mix(in srgb,var(--fg) 14%,transparent);font-size:10px;line-height:16px;font-weight:700;letter-spacing:0;text-align:center}
[part=byline]{min-height:20px;font-size:14px;line-height:20px;color:var(--mu)}
[part=progress]{margin-top:10px;font-size:12px;line-height:16px;font-variant-numeric:tabular-nums;color:var(--mu)}
[part=bar]{flex:1;height:4px;border-radius:2px;overflow:hidden;background:color-mix(in srgb,var(--fg) 15%,transparent)}
[part=fill]{display:block;height:100%;background:var(--ac);transform-origin:0}
[dir=rtl] [part=fill]{transform-origin:100%}
[part=source]{position:absolute;top:calc(var(--pad) - 1px);inset-inline-end:calc(var(--pad) - 1px)}`;

// The status glyph is three bars: an equaliser, a pause sign, a ring, or nothing.
const STATES = `
[part=equalizer]{flex:none;display:flex;align-items:end;gap:2px;height:11px}
i{width:3px;height:100%;border-radius:1px;background:var(--ac);transform:scaleY(.4);transform-origin:bottom}
i+i{transform:none}
i+i+i{transform:scaleY(.65)}
:host([data-state=paused]) i{transform:none}
:host([data-state=unknown]) i{transform:scaleY(.4)}
:host(:is([data-state=nothing],[data-state=ad],[data-state=offline])) i{box-sizing:border-box;width:9px;height:9px;margin-bottom:1px;border:2px solid var(--mu);border-radius:50%;background:none;transform:none}
:host(:is([data-state=nothing],[data-state=ad],[data-state=offline])) i+i,:host([data-state=paused]) i+i+i,:host([data-state=idle]) [part=equalizer]{display:none}
:is([data-bare],:host([data-state=unknown])) [part=progress]{visibility:hidden}
[data-bare] [part=body]{transform:translateY(13px)}
[data-empty] [part=body]{transform:translateY(23px)}
:host([data-state=connecting]) [part=card]>*{visibility:hidden}
@media(forced-colors:active){[part=card]{forced-color-adjust:none;--bg:Canvas;--fg:CanvasText;--mu:var(--fg);--ac:Highlight;--mark:var(--fg);border-color:var(--fg)}}`;

/** One line of 56 px: no times, and words only where the glyph cannot say it. */
const compact = (host) => `
${host} [part=card]{--art:var(--np-art-size,40px);--pad:8px;gap:12px}
${host} [part=body]{grid-template-columns:minmax(0,1fr) auto;column-gap:12px;padding-inline-end:40px}
${host} [part=status]{grid-area:1/2/3;margin:0;padding:0}
${host} :is([part=status-text],[part=elapsed],[part=duration]){display:none}
${host} [part=status-age]{display:block}
${host} [part=heading]{font-size:14px;line-height:18px;gap:6px}
${host} [part=byline]{min-height:15px;font-size:12.5px;line-height:15px}
${host} [data-bare] [part=body]{transform:translateY(3px)}
${host} [part=progress]{grid-column:1/-1;height:3px;margin-top:4px}
${host} [part=bar]{height:3px}
${host} [part=source]{top:15px;inset-inline-end:11px}
${host} b{transform:none}
${host} [data-empty] [part=status]{grid-area:2/1}
${host} [data-empty] [part=status-text]{display:block}`;

// A square tile for grids. The cover gives way when the title takes two lines.
const BENTO = `
:host([variant=bento]){max-width:none}
:host([variant=bento]) [part=card]{--pad:clamp(16px,7cqi,20px);--round:var(--np-radius,calc(var(--pad) + 8px));flex-direction:column;justify-content:space-between;gap:12px;height:100cqi}
:host([variant=bento]) [part=artwork]{flex:0 1 var(--np-art-size,47cqi);width:auto;min-height:0;aspect-ratio:1;align-self:flex-start;border-radius:8px}
:host([variant=bento]) [part=body]{flex:none}
:host([variant=bento]) [data-bare] [part=body]{transform:translateY(18px)}
:host([variant=bento]) [data-empty] [part=body]{transform:translateY(38px)}
:host([variant=bento]) [part=status]{margin-bottom:4px;padding:0}
:host([variant=bento]) [part=heading]{align-items:start;font-size:clamp(18px,7.2cqi,22px);line-height:1.2}
:host([variant=bento]) [part=title]{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;white-space:normal;text-wrap:balance;overflow-wrap:anywhere}
:host([variant=bento]) [part=badge]{margin-top:.25em}
:host([variant=bento]) [part=progress]{height:4px;margin-top:14px}
:host([variant=bento]) :is([part=elapsed],[part=duration]){display:none}`;

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(`${WIDE}${STATES}${compact(':host([variant=compact])')}
@container(max-width:299px){${compact(':host(:not([variant=wide],[variant=bento]))')}}${BENTO}`);

// ---------------------------------------------------------------------------------------------
// Small things: elements, addresses, times.

/** Make an element that is styled by its part name, inside and out. */
const make = (tag, part, ...children) => {
  const node = document.createElement(tag);
  if (part) node.setAttribute('part', part);
  node.append(...children);
  return node;
};

/** Set attributes, or take away those with nothing to say. */
const set = (node, attributes) => {
  for (const [name, value] of Object.entries(attributes)) value ? node.setAttribute(name, value) : node.removeAttribute(name);
};

/** Return the whole address if it starts in one of these ways, else null. */
const checked = (address, base, ...starts) => {
  if (typeof address !== 'string' || !address) return null;  // URL would make paths of them
  try {
    const {href} = new URL(address, base);
    return starts.some((start) => href.startsWith(start)) ? href : null;
  } catch {
    return null;
  }
};

/** Milliseconds of less than a day as 3:31 or 1:02:09. */
const clock = (ms) => new Date(ms).toISOString().slice(11, 19).replace(/^[0:]{1,4}/, '');

/** Milliseconds as '12 min. ago'. */
const ago = (ms) => {
  const minutes = ms / 60000;
  if (minutes < 1) return WORDS.justNow;
  const [size, unit] = minutes < 60 ? [1, 'minute'] : minutes < 1440 ? [60, 'hour'] : [1440, 'day'];
  return new Intl.RelativeTimeFormat(WORDS.lang, {numeric: 'auto', style: 'short'}).format(-Math.floor(minutes / size), unit);
};

// ---------------------------------------------------------------------------------------------
// The connection: one per server and page, whatever the number of cards.

const links = new Map();

/** Hear of every snapshot: `heard(snapshot, offset, status)`. Returns the way to stop it. */
const listen = (base, heard) => {
  if (!links.has(base)) links.set(base, connect(base));
  return links.get(base)(heard);
};

function connect(base) {
  const listeners = new Set();
  const leaving = new AbortController();
  let status = 'connecting';
  let snapshot = null;
  let offset = 0;          // server time = offset + performance.now(); the visitor's clock never counts
  let failures = 0;        // since the last snapshot
  let isProven = false;    // a WebSocket has worked here
  let isBanned = false;    // the server said: do not come back
  let close = null;        // ends the present attempt or connection
  let next, lost, hidden;  // timers: silence or retry, offline, given up while hidden

  const tell = (newStatus) => {
    status = newStatus;
    for (const heard of listeners) heard(snapshot, offset, status);
  };
  const drop = () => {
    clearTimeout(next);
    close?.();
    close = null;
  };
  const pause = () => {
    drop();
    clearTimeout(lost);
    lost = 0;
  };

  /** Connect now, unless nobody looks: a hidden page gives its connection up after 30 s. */
  const resume = () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(pause, 30000);
    else if (!close && !isBanned) start();
  };

  /** From here on, 75 s without a word mean a dead connection. */
  const wait = () => {
    clearTimeout(next);
    next = setTimeout(lose, 75000);
  };

  const start = () => {
    wait();
    lost ||= setTimeout(tell, 90000, 'offline');
    try {
      // Where no WebSocket ever worked, every third attempt is for server-sent events.
      close = (isProven || failures % 3 < 2 ? socket : events)();
    } catch {
      lose();  // an address the page may not speak to, such as http from https
    }
  };

  const socket = () => {
    const ws = new WebSocket(new URL('v1/ws', base.replace('http', 'ws')));
    ws.onmessage = ({data}) => {
      isProven = true;
      hear(data);
    };
    ws.onclose = ({code}) => lose(code);
    return () => {
      ws.onmessage = ws.onclose = null;
      ws.close();
    };
  };

  const events = () => {
    const source = new EventSource(new URL('v1/events', base));
    source.onmessage = ({data}) => hear(data);
    source.addEventListener('beat', source.onmessage);
    source.onerror = lose;
    return () => source.close();
  };

  /** Come back after a random wait, so that a thousand pages do not come back at once. */
  const lose = (code) => {
    const most = code === 1012 && !failures ? 10000 : Math.min(60000, 1000 * 2 ** failures);
    failures++;
    drop();
    lost ||= setTimeout(tell, 90000, 'offline');
    isBanned = code >= 4400 && code < 4500;
    if (!isBanned) next = setTimeout(resume, Math.random() * most);
    if (status === 'live') tell('stale');
  };

  const hear = (text) => {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {}
    if (frame?.v !== 1) return;
    wait();
    const drift = frame.now - performance.now() - offset;
    if (frame.type === 'state') {
      failures = 0;
      clearTimeout(lost);
      lost = 0;
      if (snapshot?.epoch !== frame.epoch || snapshot.seq <= frame.seq) {
        snapshot = frame;
        offset += drift;
      }
      tell('live');
    } else if (frame.type === 'beat' && snapshot && Math.abs(drift) > 3000) {
      lose();  // a laptop slept or a clock was set: a fresh snapshot tells where things stand
    }
  };

  for (const name of ['pageshow', 'online', 'visibilitychange']) addEventListener(name, resume, {signal: leaving.signal});
  addEventListener('pagehide', pause, {signal: leaving.signal});
  resume();

  return (heard) => {
    listeners.add(heard);
    heard(snapshot, offset, status);
    return () => {
      listeners.delete(heard);
      // Later, so that a card moved about in the page keeps its connection.
      setTimeout(() => {
        if (listeners.size || leaving.signal.aborted) return;
        links.delete(base);
        leaving.abort();
        clearTimeout(hidden);
        pause();
      });
    };
  };
}

// ---------------------------------------------------------------------------------------------
// One card: its elements, what it shows, and the timer that keeps it right.

function sleeve(host) {
  const fallback = make('slot');
  const logo = make('slot', '', make('b'));
  const art = make('img', 'art');
  const equalizer = make('span', 'equalizer', make('i'), make('i'), make('i'));
  const words = make('span', 'status-text');
  const age = make('span', 'status-age');
  const label = make('div', 'status', equalizer, words, age);
  const title = make('span', 'title');
  const badge = make('span', 'badge', 'E');
  const byline = make('div', 'byline');
  const elapsed = make('span', 'elapsed');
  const fill = make('span', 'fill');
  const duration = make('span', 'duration');
  const progress = make('div', 'progress', elapsed, make('span', 'bar', fill), duration);
  const body = make('div', 'body', label, make('div', 'heading', title, badge), byline, progress);
  const source = make('span', 'source', logo);
  const link = make('a', 'link');
  const card = make('div', 'card', make('div', 'artwork', art, make('b')), body, source, link);
  logo.name = 'logo';
  words.id = 'words';
  label.lang = WORDS.lang;
  title.dir = byline.dir = 'auto';
  link.target = '_blank';
  art.alt = '';
  art.hidden = true;
  art.referrerPolicy = 'no-referrer';
  art.onload = () => (art.hidden = false);
  art.onerror = () => (art.hidden = true);
  set(card, {role: 'group', 'aria-labelledby': 'words'});
  set(badge, {role: 'img', 'aria-label': WORDS.explicit});
  set(source, {role: 'img', 'aria-label': 'Spotify'});
  const root = host.attachShadow({mode: 'open'});
  root.adoptedStyleSheets = [SHEET];
  root.append(fallback, card);

  let snapshot = null;
  let offset, status, state, uri, timer, stop;
  let hasBar = false;
  let isInView = false;
  const watch = new IntersectionObserver((seen) => {
    isInView = seen.at(-1).isIntersecting;
    tick();
  });

  const tell = (name, detail) => host.dispatchEvent(new CustomEvent(name, {detail, bubbles: true, composed: true}));

  /** Move bar and times, or the age of what was last played, and come back when they change. */
  const tick = () => {
    clearTimeout(timer);
    const now = offset + performance.now();
    let wait;
    age.textContent = '';
    if (hasBar) {
      const length = snapshot.item.duration_ms;
      const at = Math.max(0, Math.min(length, snapshot.position_ms + (state === 'playing' && now - snapshot.as_of))) || 0;
      elapsed.textContent = clock(at);
      fill.style.transform = `scaleX(${at / length})`;
      if (state === 'playing' && at < length) wait = 1000 - at % 1000;
    } else if (state === 'idle' && snapshot.ended_at) {
      const since = Math.max(0, now - snapshot.ended_at);
      age.textContent = ago(since);
      wait = 60000 - since % 60000;
    }
    words.textContent = `${LABELS[state]} ${age.textContent}`;
    if (wait && isInView && !document.hidden) timer = setTimeout(tick, wait + 8);
  };

  /** Title, byline, and one link over the whole card, back to the item. */
  const write = (item) => {
    const name = `${item ? item.title : TITLES[state] || ''}`;
    const by = `${item?.byline || (item?.kind === 'local' ? WORDS.local : '')}`;
    const both = [name, by].filter(Boolean);
    const href = checked(item?.url, undefined, 'https://open.spotify.com/');
    const length = item?.duration_ms;
    title.textContent = name;
    byline.textContent = by;
    badge.hidden = !item?.explicit;
    hasBar = length > 0 && length < 864e5 && /^(playing|paused|unknown)$/.test(state);
    card.toggleAttribute('data-bare', !hasBar);
    duration.textContent = hasBar ? clock(length) : '';
    for (const node of [title, byline]) set(node, {'aria-hidden': href && true});  // the link says it
    set(link, {
      href,
      title: item && both.join('\n'),  // pointing anywhere shows what was cut off
      'aria-label': href && `${both.join(', ')}. ${WORDS.open}`,
    });
  };

  /** Take over the ready colour sets of the cover; without them the card is neutral. */
  const paint = (palette, tint) => {
    card.style.cssText = tint === 'bold' && palette ? '--mark:#fff' : '';
    for (const scheme of tint === 'none' ? [] : ['light', 'dark']) {
      const colours = palette?.[tint === 'bold' ? tint : scheme];
      for (const name in colours) {
        if (/^#[\da-f]{6}$/i.test(colours[name])) card.style.setProperty(`--_${scheme[0]}${name}`, colours[name]);
      }
    }
  };

  /** Spotify has 640, 300 and 64 px: the second is sharp enough for every card. */
  const cover = (pictures) => {
    const {url} = pictures?.[1] || pictures?.[0] || {};
    const base = server() || undefined;
    const src = checked(url, base, 'https:', checked('/', base, 'http:'));
    if (!src) art.hidden = true;
    if (src !== art.getAttribute('src')) set(art, {src});
  };

  const server = () => checked(host.getAttribute('server') || HOME, document.baseURI, 'https:', 'http:');

  /** What the card says. Trouble between the owner and Spotify is no visitor's business. */
  const mood = () => {
    if (status === 'offline' || /^(offline|stale)$/.test(snapshot?.health)) return 'offline';
    if (!snapshot) return 'connecting';
    return snapshot.health === 'ok' && Object.hasOwn(LABELS, snapshot.state) ? snapshot.state : snapshot.item ? 'idle' : 'nothing';
  };

  const draw = () => {
    const item = snapshot?.item;
    const was = {state, uri};
    state = mood();
    uri = item?.uri;
    fallback.hidden = !!snapshot;
    card.hidden = !snapshot && !!fallback.assignedElements()[0];
    card.dir = getComputedStyle(host).direction;  // text and bar start where the page's do
    card.toggleAttribute('data-empty', !item);
    host.dataset.state = state;
    write(item);
    paint(item?.palette, host.getAttribute('tint'));
    cover(item?.art);
    tick();
    const isNew = was.uri !== uri;
    if (matchMedia('(prefers-reduced-motion:reduce)').matches) return;
    if (was.uri && isNew) body.animate({opacity: [0, 1], translate: ['0 6px', '0']}, {duration: 360, easing: 'ease-out'});
    // The bars move for less than five seconds, then rest.
    if (state === 'playing' && (isNew || was.state !== state)) [...equalizer.children].forEach((bar, n) => bar.animate(
      {transform: `scaleY(${n % 2 ? .3 : 1})`},
      {duration: 800 - 90 * n, iterations: 6, direction: 'alternate', easing: 'steps(5)'}));
  };

  const heard = (newSnapshot, newOffset, newStatus) => {
    const [before, statusBefore] = [snapshot, status];
    [snapshot, offset, status] = [newSnapshot, newOffset, newStatus];
    draw();
    if (before?.state !== snapshot?.state || before?.item?.uri !== snapshot?.item?.uri) tell('np-change', snapshot);
    if (statusBefore !== status) tell('np-status', status);
  };
  fallback.onslotchange = draw;

  return {
    draw,
    get snapshot() {
      return snapshot;
    },
    get state() {
      return state;
    },
    /** Show this one snapshot; without it, follow the server. */
    play(own) {
      stop?.();
      stop = null;
      if (own) heard(own, own.now - performance.now());
      else if (server()) stop = listen(server(), heard);
      else heard(null, 0, 'offline');
    },
    hang() {
      watch.observe(host);
      document.addEventListener('visibilitychange', tick);
    },
    takeDown() {
      watch.disconnect();
      document.removeEventListener('visibilitychange', tick);
      isInView = false;
      clearTimeout(timer);
      stop?.();
      stop = null;
    },
  };
}

customElements.define('now-playing', class extends HTMLElement {
  static observedAttributes = ['server', 'tint'];
  #sleeve = sleeve(this);
  #own = null;          // the snapshot the page set itself
  #isHung = false;

  connectedCallback() {
    if (Object.hasOwn(this, 'data')) {  // set before the element was defined
      this.#own = this.data;
      delete this.data;
    }
    this.#isHung = true;
    this.#sleeve.hang();
    this.#sleeve.play(this.#own);
  }

  disconnectedCallback() {
    this.#isHung = false;
    this.#sleeve.takeDown();
  }

  attributeChangedCallback(name) {
    if (this.#isHung) name === 'server' ? this.#sleeve.play(this.#own) : this.#sleeve.draw();
  }

  get state() {
    return this.#sleeve.state;
  }

  get data() {
    return this.#sleeve.snapshot;
  }

  /** Show a snapshot without a server; null goes back to the server. */
  set data(snapshot) {
    this.#own = snapshot;
    if (snapshot || this.#isHung) this.#sleeve.play(snapshot);
  }
});
})();
