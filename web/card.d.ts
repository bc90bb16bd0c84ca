/** Types of card.js for editors and TypeScript; the file itself needs no build. */

export interface Snapshot {
  v: 1;
  type: 'state';
  epoch: string;
  seq: number;
  now: number;
  state: 'playing' | 'paused' | 'idle' | 'nothing' | 'ad' | 'unknown';
  health: 'ok' | 'login_needed' | 'refused' | 'limited' | 'offline' | 'stale';
  as_of: number | null;
  position_ms: number | null;
  ended_at: number | null;
  item: {
    kind: 'track' | 'episode' | 'local';
    uri: string;
    title: string;
    byline: string;
    url: string | null;
    duration_ms: number;
    explicit: boolean;
    art: {url: string; width: number | null; height: number | null}[];
    palette: Record<'light' | 'dark' | 'bold', Record<'bg' | 'fg' | 'mu' | 'ac', string>> | null;
  } | null;
}

export interface NowPlayingElement extends HTMLElement {
  /** The snapshot on show; set one to use the card without a server, null to follow the server. */
  data: Snapshot | null;
  /** What the card says. */
  readonly state: Snapshot['state'] | 'offline' | 'connecting';
}

declare global {
  interface HTMLElementTagNameMap {
    'now-playing': NowPlayingElement;
  }
  interface HTMLElementEventMap {
    'np-change': CustomEvent<Snapshot | null>;
    'np-status': CustomEvent<'connecting' | 'live' | 'stale' | 'offline'>;
  }
}
