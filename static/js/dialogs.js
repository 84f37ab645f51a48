/* Dialogs. Each has a page or a plain form behind it, which is what one gets without JavaScript.

   <a href="/…/delete/" data-dialog>     opens the part of that page marked data-dialog-content
   <a href="/…/42/" data-dialog="drawer"> the same in a drawer at the side, under the address of the page
   <form data-confirm="Cancel this job?" data-confirm-text="…" data-confirm-action="Cancel job">  asks first */
import { make } from "./dom.js";

function open(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", event => {
    if (event.target === dialog || event.target.closest("[data-dialog-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("content-added", { bubbles: true }));
  globalThis.htmx?.process(dialog);
}

async function load(link) {
  const response = await fetch(link.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const content = page.querySelector("[data-dialog-content]");
  if (!response.ok || !content) throw new Error(`${link.href} has nothing to show in a dialog`);
  return { content: document.adoptNode(content), title: page.title };
}

async function openLink(link) {
  const isDrawer = link.dataset.dialog === "drawer";
  try {
    const { content, title } = await load(link);
    const dialog = make("dialog", { className: isDrawer ? "dialog drawer" : "dialog" }, content);
    const heading = dialog.querySelector("h1, h2");
    dialog.setAttribute("aria-label", heading?.textContent.trim() ?? link.textContent.trim());
    open(dialog);
    if (isDrawer) keepAddress(dialog, link.href, title);
  } catch {
    location.assign(link.href);
  }
}

/* While a drawer is open address and title are those of its page: Back closes it, reloading opens the page. */
function keepAddress(dialog, href, title) {
  const titleBelow = document.title;
  let isBack = false;
  history.pushState({ drawer: true }, "", href);
  document.title = title;
  const onBack = event => {
    event.stopImmediatePropagation(); // the list below is still there: htmx need not fetch it
    removeEventListener("popstate", onBack, true);
    isBack = true;
    dialog.close();
  };
  addEventListener("popstate", onBack, true);
  dialog.addEventListener("close", () => {
    document.title = titleBelow;
    if (!isBack) history.back();
  });
}

function ask({ question, text, action }) {
  return new Promise(resolve => {
    const title = make("h2", { id: "question", textContent: question });
    const keep = make("button", { className: "btn", value: "", textContent: "Keep it", autofocus: true });
    const go = make("button", { className: "btn danger primary", value: "yes", textContent: action });
    const buttons = make("div", { className: "row" }, keep, go);
    const form = make("form", { method: "dialog" }, title, make("p", { textContent: text }), buttons);
    const dialog = make("dialog", { className: "dialog", attributes: { "aria-labelledby": "question" } }, form);
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
    open(dialog);
  });
}

document.addEventListener("click", event => {
  const link = event.target.closest("a[data-dialog]");
  const isPlainClick = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlainClick) return;
  event.preventDefault();
  openLink(link);
});

document.addEventListener("submit", async event => {
  const form = event.target;
  if (!form.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopPropagation();
  const { confirm: question, confirmText: text = "", confirmAction: action = "Yes, go on" } = form.dataset;
  if (!await ask({ question, text, action })) return;
  form.dataset.confirmed = "yes";
  form.requestSubmit(event.submitter);
  delete form.dataset.confirmed;
}, true);
