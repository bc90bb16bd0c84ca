/*
 * What a card is made of, and how anything gets into it: as text, an attribute or a checked address,
 * never as markup.
 */

/** Make an element that is styled by its part name, inside and out. */
export const make = (part, ...children) => {
  const node = document.createElement({art: 'img', link: 'a'}[part] || 'span');
  node.part = node.className = part;
  node.append(...children);
  return node;
};

/** Set attributes, or take away those with nothing to say. */
export const set = (node, attributes) => {
  for (const name in attributes) attributes[name] ? node.setAttribute(name, attributes[name]) : node.removeAttribute(name);
};

/** Return the whole address if it starts like one of these, else undefined. */
export const checked = (address, base, ...starts) => {
  try {
    const {href} = new URL(address, base);
    if (address.trim() && starts.some((start) => href.startsWith(start))) return href;  // throws for what is no text
  } catch {}
};
