/*
 * The iframe page: takes variant, theme and tint from its address and tells the page around how
 * high it is:
 *
 *   addEventListener('message', ({source, data}) => {
 *     if (source === frame.contentWindow && data.type === 'np-resize') frame.height = data.height;
 *   });
 */
(() => {
  'use strict';
  const card = document.querySelector('now-playing');
  const wishes = new URLSearchParams(location.search);
  // Sites that never resize their frames choose the card by the frame they give it.
  if (!wishes.has('variant') && innerHeight >= 200 && innerWidth <= 1.2 * innerHeight) wishes.set('variant', 'bento');
  for (const name of ['variant', 'theme', 'tint']) {
    if (wishes.has(name)) card.setAttribute(name, wishes.get(name));
  }
  document.documentElement.dataset.theme = wishes.get('theme') || 'auto';
  if (window.parent === window) return;
  // The height is no secret, and who embeds the card is not known here: any origin may hear it.
  new ResizeObserver(() => {
    window.parent.postMessage({type: 'np-resize', height: Math.ceil(card.getBoundingClientRect().height)}, '*');
  }).observe(card);
})();
