/* What every module does: make an element, and treat what is on the page now and what htmx brings later. */

export function make(tag, { attributes = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function whenShown(selector, enhance) {
  const done = new WeakSet();
  const once = element => {
    if (done.has(element)) return;
    done.add(element);
    enhance(element);
  };
  const scan = root => {
    if (root.matches?.(selector)) once(root);
    root.querySelectorAll(selector).forEach(once);
  };
  scan(document);
  document.addEventListener("htmx:load", event => scan(event.detail.elt));
  document.addEventListener("content-added", event => scan(event.target));
}

/** The module that is loaded then exports what it does with the element as use(). */
export function whenUsed(type, selector, load) {
  document.addEventListener(type, async event => {
    const element = event.target.closest(selector);
    if (!element) return;
    event.preventDefault();
    (await load()).use(element);
  });
}

export const language = document.documentElement.lang || "en";
export const timeZone = document.documentElement.dataset.timeZone;
