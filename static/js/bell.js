/* Tells the bell of the top bar (#bell, which htmx then renews) that there is news, over the socket the page has anyway, or
   one of its own. */
import { listen } from "./feed.js";

const path = document.querySelector("[feed]")?.getAttribute("feed") ?? "/ws";

listen(path, {
  onMessage({ type }) {
    if (type === "notice.added") document.body.dispatchEvent(new CustomEvent("notice-added"));
  },
});
