/*
 * The overlay for OBS: decides from the feed, the address and OBS's events what is on screen.
 *
 * Nothing is drawn before the first snapshot, and nothing ever says 'offline': what is not known is
 * not shown. How it looks is the sleeve's, where it comes from the feed's business.
 */
import {read} from './overlay-parameters.js';
import {follow} from './overlay-feed.js';
import {sleeve} from './overlay-sleeve.js';

const SETTLE_MS = 600;        // as long must a skip last to be shown
const SICK_MS = 30_000;       // as long may the server be out of touch with Spotify
const ASLEEP_MS = 300_000;    // as long does a hidden source keep its connection

const {values: wish, wrong} = read(location.search);
for (const {name, value, allowed} of wrong) {
  console.warn(`overlay: ${name}=${value} is not used; ${name} may be ${allowed}`);
}

let snapshot = null;
let offset = 0;               // the server's clock is offset + performance.now()
let isLost = false;           // no connection for 30 s
let isSick = false;           // connected, but the server knows nothing fresh for 30 s
let isOff = false;            // OBS does not show the source
let until = 0;                // with show=change: to be seen until then
let unwanted = 0;             // since when there is nothing to show, 0 while there is
let round = 0;                // counts turns: an older one ends when there is a newer
let sick, gone, asleep;       // timers

const stage = sleeve(wish, () => offset + performance.now());
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Return what should be seen, if anything; `isTimeUp` when it is only the time that has run out. */
function goal() {
  if (!snapshot?.item || isLost) return {};
  const mode = isSick ? 'idle' : snapshot.state;
  if ({paused: wish.pause, idle: wish.idle}[mode] === 'hide') return {};
  if (wish.show === 'change' && performance.now() >= until) return {isTimeUp: true};
  return {item: snapshot.item, mode, snapshot};
}

/** With show=change: let it be seen for a while, from now on. */
function appear() {
  if (wish.show !== 'change') return;
  until = performance.now() + wish.for * 1000;
  clearTimeout(gone);
  gone = setTimeout(turn, wish.for * 1000 + 10);
}

/** Bring the screen to what should be seen: at once, or after a skip has settled. */
async function turn() {
  const mine = ++round;
  const isCurrent = () => mine === round;
  const wanted = goal();
  if (!wanted.item) {
    if (!stage.isShown()) return;
    stage.rest();
    unwanted ||= performance.now();
    // Counted from then: whatever else is heard meanwhile does not prolong it.
    if (!wanted.isTimeUp && !isLost) await sleep(unwanted + wish['hide-delay'] * 1000 - performance.now());
    if (isCurrent()) await stage.hide(isCurrent);
    return;
  }
  unwanted = 0;
  if (!stage.isSettled(wanted.item) && !isOff) {
    stage.prepare(wanted.item);
    stage.rest();
    await sleep(SETTLE_MS);
    if (!isCurrent()) return;
    if (until) appear();
  }
  await stage.show(wanted, isCurrent);
}

/** Return what the streamer calls what has happened, or nothing. */
function happening(before, {state, item}) {
  if (state === 'playing') {
    if (before?.item?.uri !== item?.uri || before.state === 'idle') return 'change';
    return before.state === 'paused' ? 'resume' : null;
  }
  return state === 'paused' && before?.state === 'playing' ? 'pause' : null;
}

function hear(newer, itsOffset) {
  isLost = false;
  if (newer.health === 'ok') {
    clearTimeout(sick);
    sick = 0;
    isSick = false;
  } else {
    sick ||= setTimeout(() => {
      isSick = true;
      turn();
    }, SICK_MS);
  }
  // For ten seconds at most; what was to be seen stays.
  if (newer.state !== 'unknown') {
    const what = happening(snapshot, newer);
    [snapshot, offset] = [newer, itsOffset];
    if (wish.on.includes(what)) appear();
  }
  turn();
}

const feed = follow(document.baseURI, {
  delay_ms: wish.delay * 1000,
  hear,
  lose() {
    isLost = true;
    turn();
  },
});

/** OBS hides the source or shows it again. Long hidden it is no viewer, and lets go of the server. */
function setOff(isHidden) {
  isOff = stage.isOff = isHidden;
  clearTimeout(asleep);
  if (!isOff) {
    feed.resume();
    return;
  }
  asleep = setTimeout(() => {
    feed.pause();
    snapshot = null;
    turn();
  }, ASLEEP_MS);
}

function showAgain() {
  appear();
  turn();
}

addEventListener('obsSourceVisibleChanged', ({detail}) => setOff(!detail.visible));
addEventListener('obsSourceActiveChanged', ({detail}) => detail.active && showAgain());
addEventListener('now-playing:show', showAgain);
// Where OBS speaks for itself, it is believed more than the page's own state.
document.addEventListener('visibilitychange', () => window.obsstudio || setOff(document.hidden));
addEventListener('pagehide', () => feed.pause());
addEventListener('pageshow', () => feed.resume());
feed.resume();

/** English is built in; other words come from the server, if it has them. */
async function translate(lang) {
  if (lang === 'en') return;
  try {
    const answer = await fetch(`v1/words/${lang}.json`);
    if (answer.ok) stage.translate(await answer.json());
  } catch {
    // then it stays English
  }
}
translate((wish.lang === 'auto' ? navigator.language : wish.lang).split('-')[0].toLowerCase());
