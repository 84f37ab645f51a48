/* Short notes in the corner. The server sends one with the header HX-Trigger: {"toast": "Saved"}, or with a way back:
   {"toast": {"message": "Deleted", "undo": "/path/that/takes/a/POST/"}}. */
import { make } from "./dom.js";

const SHOWN_FOR = 6000;

export function toast(message, { label, action } = {}) {
  const note = make("div", { className: "toast" }, make("span", { textContent: message }));
  const close = () => note.remove();
  if (action) {
    const act = () => {
      action();
      close();
    };
    note.append(make("button", { type: "button", textContent: label, onclick: act }));
  }
  document.querySelector(".toasts").append(note);
  let timer = setTimeout(close, SHOWN_FOR);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => {
    timer = setTimeout(close, SHOWN_FOR);
  });
}

export const undo = path => htmx.ajax("POST", path, { swap: "none" });

document.addEventListener("toast", ({ detail }) => {
  toast(detail.value ?? detail.message, detail.undo && { label: "Undo", action: () => undo(detail.undo) });
});
