/* The start page: the snippet for this server, and a hint for an owner who has not logged in. */
(() => {
  'use strict';
  const find = (id) => document.getElementById(id);
  const [live, preview, form, snippet, hint, copied] =
    ['live', 'preview', 'options', 'snippet', 'hint', 'copied'].map(find);
  const told = document.querySelector('meta[name="tonearm-public-url"]').content;
  const here = told ? told.replace(/\/*$/, '/') : new URL('.', location.href).href;

  /** Show the chosen card, and write the HTML that makes it; what is usual need not be written. */
  const build = () => {
    const usual = {variant: 'auto', theme: 'auto', tint: 'soft'};
    let options = '';
    for (const [name, value] of new FormData(form)) {
      preview.setAttribute(name, value);
      if (value !== usual[name]) options += ` ${name}="${value}"`;
    }
    snippet.textContent = `<script async src="${here}card.js"></script>\n` +
      `<now-playing${options}><a href="${here}">What I am listening to</a></now-playing>`;
    copied.textContent = '';
  };

  /** Say how to connect while there is nobody connected. */
  const look = () => {
    hint.hidden = live.data?.health !== 'login_needed';
  };

  form.addEventListener('change', build);
  live.addEventListener('np-change', look);
  live.addEventListener('np-status', look);
  find('copy').addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(snippet.textContent);
      copied.textContent = 'Copied';
    } catch {  // not https: leave it selected for the visitor's own keys
      getSelection().selectAllChildren(snippet);
      copied.textContent = 'Selected';
    }
  });
  build();
  look();
})();
