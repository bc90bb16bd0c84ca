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
  /** Until when Spotify asked to wait, and whether a look has seen the item; a card needs neither. */
  until?: number | null;
  confirmed?: boolean;
  source?: {name: string; url: string};
  item: {
    kind: 'track' | 'episode' | 'local';
    uri: string;
    title: string;
    byline: string;
    artists?: {name: string; url: string | null}[];
    album?: {name: string; url: string | null} | null;
    show?: {name: string; url: string | null} | null;
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
  /** Ask the server for a fresh snapshot. */
  refresh(): void;
  /** Give up the connection and stand still until `resume()`. */
  pause(): void;
  resume(): void;
}

/** What HTML and JSX may say of the card; every option is an attribute. */
export interface NowPlayingAttributes {
  server?: string;
  variant?: 'auto' | 'wide' | 'compact' | 'bento' | 'hero';
  theme?: 'auto' | 'light' | 'dark';
  tint?: 'soft' | 'bold' | 'none';
  art?: 'cover' | 'none';
  lang?: string;
  links?: 'card' | 'none';
  progress?: 'bar' | 'none';
  motion?: 'auto' | 'none';
  announce?: '' | boolean;
  /** Some of `paused`, `idle`, `nothing`, `offline`, `explicit`, with spaces between them. */
  'hide-when'?: string;
}

declare global {
  interface HTMLElementTagNameMap {
    'now-playing': NowPlayingElement;
  }
  interface GlobalEventHandlersEventMap {
    'np-change': CustomEvent<Snapshot>;
    'np-status': CustomEvent<'connecting' | 'live' | 'stale' | 'offline'>;
    'np-error': CustomEvent<'address' | 'refused'>;
  }
  /** React 19 has a list of its own: docs/card.md. */
  namespace JSX {
    interface IntrinsicElements {
      'now-playing': NowPlayingAttributes & {[name: string]: unknown};
    }
  }
}
