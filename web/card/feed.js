/*
 * The feed of a server: one connection per server and page, whatever the number of cards; given up
 * while nobody looks, found again without a stampede. It knows the wire contract (version 1) and
 * nothing of looks.
 */
const feeds = {};

/**
 * Hear of every snapshot: `heard(snapshot, offset, status, error)`, where server time is `offset` +
 * performance.now(). Returns two functions: stop hearing; ask for a fresh snapshot.
 */
export const listen = (base, heard) => (feeds[base] ||= connect(base))(heard);

const connect = (base) => {
  const listeners = new Set();
  let status = 'connecting';
  let snapshot = null;
  let offset = 0;          // of the server's clock; the visitor's own never counts
  let failures = 0;        // since the last snapshot
  let way = 0;             // WebSocket, server-sent events, polling
  let polls = 0;           // answers that had to be asked for
  let isProven, isBanned;  // a WebSocket has worked here; the server said: do not come back
  let source;              // the present attempt or connection
  let next, lost, hidden;  // timers: silence or retry, offline, given up while hidden

  const tell = (newStatus, error) => {
    status = newStatus;
    for (const heard of listeners) heard(snapshot, offset, status, error);
  };
  const drop = () => {
    clearTimeout(next);
    if (!source) return;
    source.onclose = source.onerror = null;
    source.close();
    source = null;
  };
  const pause = () => {
    drop();
    clearTimeout(lost);
    lost = way = isProven = 0;  // a laptop may wake up in another network
  };

  /** Connect now, unless nobody looks: a hidden page gives its connection up after 30 s. */
  const resume = () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(pause, 30000);
    else if (!source && !isBanned && listeners.size) start();
  };

  const wait = (most) => {
    clearTimeout(next);
    next = setTimeout(lose, most, {});
  };

  /** The first word comes at once, unless it is held back. 90 s without a snapshot mean 'offline'. */
  const start = () => {
    wait(15000);
    lost ||= setTimeout(tell, 90000, 'offline');
    try {
      if (way > 1) return poll();
      // Server-sent events are for networks that let no WebSocket through.
      source = way ? new EventSource(new URL('v1/events', base)) : new WebSocket(new URL('v1/ws', base.replace('http', 'ws')));
      source.onmessage = hear;
      source.addEventListener('beat', hear);
      source.onclose = source.onerror = lose;
    } catch {
      tell(status, 'address');  // the page may not speak to it, such as http from https
      lose({});
    }
  };

  /**
   * For networks that let no stream through: ask every 30 s. Without If-None-Match, which would cost
   * a preflight each time; and the server counts only whole answers as somebody watching. A stream may
   * only have been down for a while: every five minutes each kind has its turn again.
   */
  const poll = () => {
    const mine = source = {close() {}};
    fetch(new URL('v1/current', base)).then((answer) => answer.text()).then((data) => {
      if (source !== mine) return;
      hear({data});
      way = ++polls % 10 && 2;
      clearTimeout(next);
      next = setTimeout(start, 30000);
    }).catch(() => source === mine && lose({}));
  };

  /** Come back after a random wait, so that a thousand pages do not come back at once. */
  const lose = ({code}) => {
    const most = code === 1012 && !failures ? 10000 : Math.min(60000, 1000 * 2 ** failures);
    if (failures++ && !isProven) way = (way + 1) % 3;
    drop();
    if (isBanned = /^44/.test(code)) return tell('offline', 'refused');
    next = setTimeout(resume, Math.random() * most);
    if (status === 'live') tell('stale');
  };

  const hear = ({data}) => {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {}
    if (frame?.v !== 1) return;
    isProven ||= !way;
    wait(75000);  // a beat comes at least every 30 s
    const drift = frame.now - performance.now() - offset;
    if (frame.type === 'state') {
      clearTimeout(lost);
      lost = failures = 0;
      if (snapshot?.epoch !== frame.epoch || snapshot.seq <= frame.seq) {
        snapshot = frame;
        offset += drift;
      }
      tell('live');
    } else if (frame.type === 'beat' && snapshot && Math.abs(drift) > 3000) {
      lose({});  // a laptop slept or a clock was set: a fresh snapshot tells where things stand
    }
  };

  for (const name of ['pageshow', 'online', 'visibilitychange']) addEventListener(name, resume);
  addEventListener('pagehide', pause);

  return (heard) => {
    listeners.add(heard);
    heard(snapshot, offset, status);
    resume();
    return [() => {
      listeners.delete(heard);
      setTimeout(() => listeners.size || pause());  // a card moved about in the page keeps it
    }, () => {
      drop();
      resume();
    }];
  };
};
