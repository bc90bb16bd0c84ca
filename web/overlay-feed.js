/*
 * The overlay's connection: follows the server's feed and comes back by itself, for as long as a
 * stream may last. It knows the wire contract (version 1) and nothing of what is drawn.
 *
 * The card has such a thing, too, with as many ways. This one serves a single viewer who must not
 * see an error: it comes back and asks sooner, tells of a loss by silence alone, and can hold everything
 * back to match a late stream.
 */

const FIRST_MS = 10_000;     // the first snapshot comes at once, unless something on the way holds it back
const SILENCE_MS = 40_000;   // a beat comes at least every 30 s
const POLL_MS = 5_000;
const POLLS = 60;            // between two attempts at a stream: five minutes
const LOST_MS = 30_000;
const DRIFT_MS = 3_000;
const HELD_UP_MS = 500;      // as long may an answer take; more is a clock that has drifted
const MOST_WAIT_MS = 10_000;

/**
 * Follow the server at `base`, `delay_ms` behind.
 *
 * `hear(snapshot, offset)` gets every snapshot; the server's clock, as far behind as the stream, is
 * `offset + performance.now()`. `lose()` is called after 30 s without a connection. Returns
 * {pause, resume}; it starts paused.
 */
export function follow(base, {delay_ms, hear, lose}) {
  let newest = null;       // the snapshot, seen by epoch and seq
  let offset = 0;
  let failures = 0;        // since the last snapshot
  let polls = 0;           // answers that had to be asked for
  let isProven = false;    // a WebSocket has worked here
  let isBanned = false;    // the server said: do not come back
  let close = null;        // ends the present attempt or connection
  let next, lost;          // timers: silence or retry, lost
  let held = new Set();    // timers of what is held back

  /** Tell it when the stream is there; in the order in which things happened. */
  const tell = (what, ...details) => {
    if (!delay_ms) return what(...details);
    const timer = setTimeout(() => {
      held.delete(timer);
      what(...details);
    }, delay_ms);
    held.add(timer);
  };

  const drop = () => {
    clearTimeout(next);
    close?.();
    close = null;
  };

  const giveUp = () => (lost ||= setTimeout(tell, LOST_MS, lose));

  const wait = (most_ms) => {
    clearTimeout(next);
    next = setTimeout(fail, most_ms);
  };

  const start = () => {
    wait(FIRST_MS);
    close = (isProven ? socket : turns[failures % turns.length])();
  };

  const socket = () => {
    const ws = new WebSocket(new URL('v1/ws', base.replace('http', 'ws')));
    ws.onmessage = ({data}) => {
      isProven = true;
      take(data);
    };
    ws.onclose = ({code}) => fail(code);
    return () => {
      ws.onmessage = ws.onclose = null;
      ws.close();
    };
  };

  const events = () => {
    const source = new EventSource(new URL('v1/events', base));
    source.onmessage = ({data}) => take(data);
    source.addEventListener('beat', source.onmessage);
    source.onerror = () => fail();
    return () => source.close();
  };

  /**
   * For networks that let no stream through, or hold it back. Without If-None-Match: the server
   * counts only whole answers as somebody watching.
   */
  const poll = () => {
    const stop = new AbortController();
    const ask = async () => {
      const answer = await fetch(new URL('v1/current', base), {signal: stop.signal});
      if (!take(await answer.text())) throw new TypeError('no snapshot');
      close = null;
      // A stream may only have been down for a while: now and then, each kind has its turn again.
      failures = turns.lastIndexOf(++polls % POLLS ? poll : socket);
      clearTimeout(next);
      next = setTimeout(start, POLL_MS);
    };
    ask().catch(() => stop.signal.aborted || fail());
    return () => stop.abort();
  };

  /** Where no WebSocket ever worked, other ways get their turn. */
  const turns = [socket, socket, events, poll];

  /** Come back after a random wait, so that a crowd of overlays does not come back at once. */
  const fail = (code) => {
    const most = code === 1012 && !failures ? MOST_WAIT_MS : Math.min(MOST_WAIT_MS, 1000 * 2 ** failures);
    failures++;
    drop();
    giveUp();
    isBanned = code >= 4400 && code < 4500;
    if (!isBanned) next = setTimeout(start, Math.random() * most);
  };

  const take = (text) => {
    let frame;
    try {
      frame = JSON.parse(text);
    } catch {}
    if (frame?.v !== 1) return false;
    wait(SILENCE_MS);
    const seen = frame.now - performance.now();
    if (frame.type === 'state') {
      failures = 0;
      clearTimeout(lost);
      lost = 0;
      if (newest?.epoch === frame.epoch && newest.seq > frame.seq) return true;
      // Of two times for the same server clock the later one was less held up on the way.
      offset = newest?.epoch === frame.epoch && Math.abs(seen - offset) < HELD_UP_MS ? Math.max(seen, offset) : seen;
      newest = frame;
      tell(hear, frame, offset - delay_ms);
    } else if (frame.type === 'beat' && newest && Math.abs(seen - offset) > DRIFT_MS) {
      fail();  // the machine slept or a clock was set: a fresh snapshot tells where things stand
    }
    return true;
  };

  return {
    /** Let go of the connection, and of all that is held back. */
    pause() {
      drop();
      clearTimeout(lost);
      lost = 0;
      held.forEach(clearTimeout);
      held = new Set();
      newest = null;
    },
    /** Connect, unless it is connected or was told to stay away. */
    resume() {
      if (close || isBanned) return;
      clearTimeout(next);
      start();
    },
  };
}
