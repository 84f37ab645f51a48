/* <new-results feed="/ws/jobs/…" data-one="{n} new review." data-many="{n} new reviews.">: counts what arrives while
   the list stands still, and offers to show it. The link inside leads to the first page of the list. */
import { language } from "./dom.js";
import { listen } from "./feed.js";

const number = new Intl.NumberFormat(language);

class NewResults extends HTMLElement {
  connectedCallback() {
    this.count = 0;
    this.leave = listen(this.getAttribute("feed"), {
      onMessage: message => {
        if (message.type === "results.added") this.add(message.n);
      },
    });
  }

  disconnectedCallback() {
    this.leave();
  }

  add(n) {
    this.count += n;
    if (!this.count) return;
    const words = this.count === 1 ? this.dataset.one : this.dataset.many;
    this.querySelector("[data-words]").textContent = words.replace("{n}", number.format(this.count));
    this.hidden = false;
  }
}

customElements.define("new-results", NewResults);
