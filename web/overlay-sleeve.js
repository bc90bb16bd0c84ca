/*
 * What the overlay shows: one item in the markup of overlay.html, how it comes and how it goes.
 *
 * It is told what to show and decides nothing. Texts from outside become text, addresses are
 * checked. Everything that moves is an animation on top of a finished picture, so that whoever
 * cancels it leaves the right one: OBS freezes hidden pages, and would play the rest late.
 */

const DECODE_MS = 1500;       // as long may a cover keep its title waiting
const FADE_PX = 28;           // as the masks in overlay.css
const SPEED = 40;             // of a text that passes by, px/s
const READ_MS = 1200;         // for the beginning of it

const ENGLISH = {lang: 'en', paused: 'Paused', idle: 'Last played {ago}', just_now: 'just now', explicit: 'Explicit', local: 'Local file'};

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Return the whole address of a cover if it is one that the page may load, else null. */
function checked(address) {
  if (typeof address !== 'string' || !address) return null;
  try {
    const {href, protocol, origin} = new URL(address, document.baseURI);
    return protocol === 'https:' || (protocol === 'http:' && origin === location.origin) ? href : null;
  } catch {
    return null;
  }
}

/** Make the sleeve for these parameters. Positions and ages are told by `now()`, the server's clock. */
export function sleeve(wish, now) {
  const [root, card, art, text, title, badge, label, byline, fill] =
    ['', '-card', '-art', '-text', '-title', '-badge', '-label', '-byline', '-fill'].map((name) => document.querySelector(`.np${name}`));
  const words = {...ENGLISH};
  let shown = {};             // what the markup says: {item, mode, snapshot}
  let isOff = false;          // OBS does not show the source
  let isOut = true;           // nothing is to be seen, or it is leaving
  let newest = {};            // the cover that was asked for last: {address, promise}
  let ticking;
  const moving = [];          // animations, also those that have arrived

  const isStill = () => isOff || matchMedia('(prefers-reduced-motion: reduce)').matches;
  const isAbrupt = () => wish.in === 'none' || isStill();
  const isShown = () => root.classList.contains('is-shown');

  const move = (node, frames, options) => {
    const animation = node.animate(frames, options);
    moving.push(animation);
    return animation;
  };
  const stop = () => moving.splice(0).forEach((animation) => animation.cancel());
  /** What fades: all, or what is new. A pill is as wide as its words, so its ground cannot stay. */
  const parts = (isWhole, keepsCover) => {
    if (isWhole || wish.theme === 'pill') return [card];
    return keepsCover ? [text] : [art, text];
  };

  /** Load an item's cover: the promise brings a decoded image, or null. */
  function picture(sizes) {
    const all = wish.art === '1' && Array.isArray(sizes) ? sizes : [];
    const enough = [...all].reverse().find((size) => size?.width >= 300) ?? all[0];
    const address = checked(enough?.url);
    if (newest.address !== address || !newest.promise) {
      const image = Object.assign(new Image(), {className: 'np-cover', alt: '', referrerPolicy: 'no-referrer'});
      if (address) image.src = address;
      newest = {address, promise: address ? image.decode().then(() => image, () => null) : Promise.resolve(null)};
    }
    return newest.promise;
  }

  /** Put a cover into its place, or take the one there away. */
  function hang(image, isLate) {
    const before = art.querySelector('.np-cover');
    if (image && before?.src === image.src) return;
    before?.remove();
    if (!image) return;
    art.prepend(image);
    if (isLate && isShown() && !isStill()) move(image, [{opacity: 0}, {}], {duration: 300});
  }

  /** Take the cover's colours, in the themes that have them. */
  function paint(palette) {
    const set = {tint: 'dark', tower: 'dark', bold: 'bold'}[wish.theme];
    for (const name of set ? ['bg', 'fg', 'mu', 'ac'] : []) {
      const colour = palette?.[set]?.[name];
      if (/^#[\da-f]{6}$/i.test(colour)) root.style.setProperty(`--_${name}`, colour);
      else root.style.removeProperty(`--_${name}`);
    }
    if (wish.accent !== 'auto') root.style.setProperty('--_ac', `#${wish.accent}`);
  }

  /** Milliseconds as '12 min. ago'. */
  function ago(ms) {
    const minutes = ms / 60_000;
    if (minutes < 1) return words.just_now;
    const [size, unit] = minutes < 60 ? [1, 'minute'] : minutes < 1440 ? [60, 'hour'] : [1440, 'day'];
    return new Intl.RelativeTimeFormat(words.lang, {numeric: 'auto', style: 'short'}).format(-Math.floor(minutes / size), unit);
  }

  const still = () => {
    clearTimeout(ticking);
    for (const animation of fill.getAnimations()) animation.cancel();
  };

  /** Set bar and label to this moment, and come back when they change. */
  function tick() {
    still();
    const {item, mode, snapshot} = shown;
    if (!item) return;
    const length = item.duration_ms;
    let wait;
    label.textContent = mode === 'paused' ? words.paused : '';
    if (mode === 'idle') {
      const since = Math.max(0, now() - snapshot.ended_at);
      label.textContent = words.idle.replace('{ago}', snapshot.ended_at ? ago(since) : '').trim();
      wait = 60_000 - since % 60_000;
    } else if (length > 0) {
      const isPlaying = mode === 'playing';
      const at = Math.max(0, Math.min(length, snapshot.position_ms + (isPlaying ? now() - snapshot.as_of : 0))) || 0;
      fill.style.transform = `scaleX(${at / length})`;
      if (isPlaying && at < length) {
        if (wish.fps === 'tick' || isStill()) wait = 1000 - at % 1000;
        else fill.animate({transform: 'scaleX(1)'}, {duration: length - at, fill: 'forwards'});
      }
    }
    if (wait && !isOff && isShown()) ticking = setTimeout(tick, wait + 8);
  }

  /** Write what to show into the markup. */
  function write() {
    const {item, mode} = shown;
    title.firstElementChild.textContent = item.title;
    byline.firstElementChild.textContent = item.byline || (item.kind === 'local' ? words.local : '');
    badge.hidden = !item.explicit;
    badge.setAttribute('aria-label', words.explicit);
    for (const name of ['playing', 'paused', 'idle']) root.classList.toggle(`is-${name}`, name === mode);
    root.classList.toggle('is-dim', mode === 'paused' && wish.pause === 'dim');
    root.classList.toggle('without-bar', wish.progress === '0' || mode === 'idle' || !(item.duration_ms > 0));
    paint(item.palette);
    tick();
    for (const box of [title, byline]) {
      box.classList.toggle('is-long', box.firstElementChild.offsetWidth > box.clientWidth);
      box.classList.toggle('is-rtl', getComputedStyle(box).direction === 'rtl');
    }
  }

  /** Let what is too long pass by once, and come back. */
  function pass(box) {
    if (!box.classList.contains('is-long') || isStill()) return;
    const line = box.firstElementChild;
    const far = line.offsetWidth - box.clientWidth + FADE_PX;
    const travel = Math.min(20_000, far / SPEED * 1000);
    const duration = travel + 1600;
    const delay = READ_MS + wish.ms;
    const away = {transform: `translateX(${box.classList.contains('is-rtl') ? far : -far}px)`};
    const animation = move(line, [
      {transform: 'none'},
      {...away, offset: travel / duration},
      {...away, offset: (travel + 1000) / duration, easing: 'ease-in-out'},
      {transform: 'none'},
    ], {delay, duration});
    const passing = setTimeout(() => box.classList.add('is-passing'), delay);
    animation.onfinish = animation.oncancel = () => {
      clearTimeout(passing);
      box.classList.remove('is-passing');
    };
  }

  /** Let what was written come in: the whole, or what is new on a ground that had this colour. */
  function enter(isWhole, keepsCover, ground) {
    stop();
    isOut = false;
    root.classList.add('is-shown');
    tick();
    if (!isAbrupt()) {
      const far = {slide: /r$/.test(wish.pos) ? 'X(.75rem)' : 'X(-.75rem)', rise: /^t/.test(wish.pos) ? 'Y(-1rem)' : 'Y(1rem)'}[wish.in];  // off the cover
      const options = {duration: wish.ms, easing: 'cubic-bezier(.16, 1, .3, 1)'};
      for (const node of parts(isWhole, keepsCover)) move(node, [{opacity: 0}, {}], {...options, easing: 'ease-out'});
      if (far) move(text, [{transform: `translate${far}`}, {}], options);
      if (!isWhole) move(card, [{backgroundColor: ground}, {}], options);
    }
    pass(title);
    pass(byline);
  }

  /** Fade what is there: the whole, or what will be new. */
  async function leave(isWhole, keepsCover) {
    if (isOut) return;
    isOut = true;
    if (isAbrupt()) return;
    stop();
    const duration = wish.ms * 9 / 26;  // 180 of 520
    for (const node of parts(isWhole, keepsCover)) move(node, {opacity: 0}, {duration, fill: 'forwards', easing: 'ease-in'});
    // A page that gets hidden meanwhile may never finish; then nobody sees it.
    await Promise.race([Promise.allSettled(moving.map(({finished}) => finished)), sleep(duration + 200)]);
  }

  for (const name of ['theme', 'pos', 'case']) root.classList.add(`${name}-${wish[name]}`);
  document.documentElement.classList.add(`size-${wish.size}`);
  root.classList.toggle('without-art', wish.art === '0');
  if (wish.font !== 'auto') root.style.setProperty('--_font', JSON.stringify(wish.font));
  for (const [name, px] of [['--_radius', wish.radius], ['--_max', wish.max]]) {
    if (px !== 'auto') root.style.setProperty(name, `${px}px`);
  }

  return {
    isShown,
    /** Return whether this is the item that was last shown, or that nothing was. */
    isSettled: (item) => !shown.item || shown.item.uri === item.uri,
    /** Start to load what will be needed. */
    prepare: ({art: sizes}) => void picture(sizes),
    /** Show `item` in its `mode`, with the animations that belong to it; `isCurrent()` may call it off. */
    async show({item, mode, snapshot}, isCurrent) {
      const isSame = shown.item?.uri === item.uri;
      const cover = picture(item.art);
      let image, keepsCover;
      if (!isSame) {
        image = await Promise.race([cover, sleep(DECODE_MS)]);
        if (!isCurrent()) return;
        keepsCover = image?.src === art.querySelector('.np-cover')?.src;  // an album goes on
        if (isShown()) await leave(false, keepsCover);
        if (!isCurrent()) return;
        hang(image);
      }
      const ground = getComputedStyle(card).backgroundColor;
      const isEntrance = !isShown();
      shown = {item, mode, snapshot};
      write();
      if (image === undefined) cover.then((late) => shown.item.uri === item.uri && hang(late, true));
      if (isEntrance || isOut) enter(isEntrance, keepsCover, ground);
    },
    /** Let it fade away. */
    async hide(isCurrent) {
      await leave(true, false);
      if (isCurrent()) root.classList.remove('is-shown');
    },
    /** Stop the bar where it is. */
    rest: still,
    /** OBS hides the source, or shows it again: jump to the end of all that moves. */
    set isOff(isHidden) {
      isOff = isHidden;
      stop();
      tick();
    },
    /** Use other words; a language that lacks some keeps the English ones. */
    translate(others) {
      for (const name of Object.keys(ENGLISH)) if (typeof others[name] === 'string') words[name] = others[name];
      if (shown.item) write();
    },
  };
}
