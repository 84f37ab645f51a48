/* What htmx needs to know of this site: the token of unsafe requests, and what to say when a request fails. */
import { toast } from "./toast.js";

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => toast("The server could not be reached. Nothing was changed."));
}
const REFUSALS = {
  401: "You are signed out. Reload the page to sign in again.",
  429: "That was a little too often. Try again in a minute.",
};
document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status } = detail.xhr;
  toast(REFUSALS[status] ?? `The server answered ${status}. Reload the page and try again.`);
});
