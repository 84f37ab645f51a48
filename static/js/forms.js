/* What forms do beyond HTML. */
import { whenShown } from "./dom.js";

const TYPING_PAUSE = 300;
const TYPED = "textarea, input:not([type=checkbox], [type=radio], [type=date], [type=range])";

whenShown("[data-browser-zone]", field => {
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
});

/* Empty fields have no place in an address. */
document.addEventListener("formdata", event => {
  if (event.target.method !== "get") return;
  const empty = [...event.formData].filter(([, value]) => value === "").map(([name]) => name);
  for (const name of new Set(empty)) {
    const kept = event.formData.getAll(name).filter(value => value !== "");
    event.formData.delete(name);
    for (const value of kept) event.formData.append(name, value);
  }
});

/* While the answer is on its way, another click sends nothing: on a slow day it would make the same thing twice. An answer
   that is a file leaves the page where it is, so the patience ends. */
const PATIENCE = 10_000;
let sent = new WeakMap();
document.addEventListener("submit", event => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (performance.now() - (sent.get(form) ?? -PATIENCE) < PATIENCE) event.preventDefault();
  else sent.set(form, performance.now());
});
addEventListener("pageshow", () => { sent = new WeakMap(); });

/* <form data-autosubmit>: submits when a choice changes or typing pauses. A text field fires "change" too, when it is
   left; only its "input" counts, or the history would get every search twice. */
whenShown("form[data-autosubmit]", form => {
  let timer;
  const isTyped = field => field.matches(TYPED);
  form.addEventListener("change", event => {
    if (!isTyped(event.target)) form.requestSubmit();
  });
  form.addEventListener("input", event => {
    if (!isTyped(event.target)) return;
    clearTimeout(timer);
    timer = setTimeout(() => form.requestSubmit(), TYPING_PAUSE);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
});

/* <div data-dropzone> around a file field: takes dropped files and says what was chosen. */
whenShown("[data-dropzone]", zone => {
  const input = zone.querySelector("input[type=file]");
  const hover = isOver => event => {
    event.preventDefault();
    zone.classList.toggle("over", isOver);
  };
  zone.addEventListener("dragover", hover(true));
  zone.addEventListener("dragleave", hover(false));
  zone.addEventListener("drop", event => {
    hover(false)(event);
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
});
