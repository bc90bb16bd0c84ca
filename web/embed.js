/*
 * The iframe page: takes the card's options from its address and tells the page around how high it
 * is. A wrong value falls back, and is named in the console.
 *
 *   addEventListener('message', ({source, data}) => {
 *     if (source === frame.contentWindow && data.type === 'np-resize') frame.height = data.height;
 *   });
 */
(() => {
  'use strict';
  const VALUES = {
    __proto__: null,  // or `constructor` would be an option
    variant: /^(auto|wide|compact|bento|hero)$/,
    theme: /^(auto|light|dark)$/,
    tint: /^(soft|bold|none)$/,
    art: /^(cover|none)$/,
    links: /^(card|none)$/,
    progress: /^(bar|none)$/,
    motion: /^(auto|none)$/,
    lang: /^[a-z]{2,3}(-\w+)*$/i,
    'hide-when': /^((paused|idle|nothing|offline|explicit)( |$))+$/,
  };
  const card = document.querySelector('now-playing');
  const wishes = new URLSearchParams(location.search);
  for (const [name, value] of wishes) {
    if (VALUES[name]?.test(value)) card.setAttribute(name, value);
    else console.warn(`now-playing: ${name}=${value} is not known here`);
  }
  // Sites that never resize their frames choose the card by the frame they give it.
  if (!card.hasAttribute('variant') && innerHeight >= 200 && innerWidth <= 1.2 * innerHeight) card.setAttribute('variant', 'bento');
  document.documentElement.dataset.theme = card.getAttribute('theme') || 'auto';
  if (window.parent === window) return;
  // The height is no secret, and who embeds the card is not known here: any origin may hear it.
  new ResizeObserver(() => {
    window.parent.postMessage({type: 'np-resize', height: Math.ceil(card.getBoundingClientRect().height)}, '*');
  }).observe(card);
})();
