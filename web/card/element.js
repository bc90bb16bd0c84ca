/*
 * <now-playing>: a live card of what somebody listens to, fed by their tonearm server.
 *
 *   <script async src="https://np.example/card.js"></script>
 *   <now-playing><a href="https://np.example/">What I am listening to</a></now-playing>
 *
 * Attributes, properties, events, slots, parts and custom properties stand in docs/card.md, types in
 * card.d.ts. What is served is these sources in one block: the text of each imported file in the
 * place of its import, and no comments (server/joined.py). There is no other build step.
 */
import {dress} from './sleeve.js';

// No element on a server (imports there are harmless), none twice, and none in a browser from
// before 2023 (the newest thing needed is colour mixing): the fallback inside the tag stays.
if (globalThis.customElements && !customElements.get('now-playing') && CSS.supports('color:color-mix(in srgb,red,red)')) {
  customElements.define('now-playing', class extends HTMLElement {
    static observedAttributes = ['server', 'variant', 'theme', 'tint', 'art', 'lang', 'links', 'hide-when', 'progress'];

    constructor() {
      super();
      dress(this);
    }

    connectedCallback() {
      this.resume();
    }

    disconnectedCallback() {
      this.pause();
    }

    attributeChangedCallback() {
      this.changed();
    }
  });
}
