/* <live-job src="/…/status.json" feed="/ws/jobs/…" data-job="…" data-seq="…">: keeps a job card true.

   Every snapshot, be it from the socket, from the poll or in the page as served, has the same form. When the socket
   fails twice, the element asks over HTTP every few seconds until the socket is back. */
import { language, make } from "./dom.js";
import { listen } from "./feed.js";
import { localise } from "./times.js";

const POLL_EVERY = 3000;
const FAILURES_BEFORE_POLLING = 2;
const LOG_LINES = 200;
const SPEAK_EVERY = 10; // percent

const number = new Intl.NumberFormat(language);

const duration = seconds => {
  if (seconds === null) return "–";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
};
const outOf = (count, total) => (total ? `${number.format(count)} of ${number.format(total)}` : number.format(count));

class LiveJob extends HTMLElement {
  connectedCallback() {
    this.seq = Number(this.dataset.seq);
    this.spoken = 0;
    if (this.hasAttribute("data-finished")) return;
    this.leave = listen(this.getAttribute("feed"), {
      onOpen: () => this.onLive(),
      onMessage: message => this.onMessage(message),
      onClose: failures => this.onLost(failures),
    });
  }

  disconnectedCallback() {
    this.stop();
  }

  stop() {
    clearTimeout(this.timer);
    this.isPolling = false;
    this.leave?.();
    this.leave = null;
  }

  onLive() {
    clearTimeout(this.timer);
    this.isPolling = false;
    this.connection("live", "Live");
  }

  onLost(failures) {
    if (failures < FAILURES_BEFORE_POLLING || this.isPolling) return;
    this.isPolling = true;
    this.poll();
  }

  onMessage(message) {
    if (!message.type?.startsWith("job.") || message.job_id !== this.dataset.job) return;
    if (message.type === "job.progress") this.apply(message);
    else this.ask().catch(() => {}); // offline: the socket's next snapshot will tell
  }

  async ask() {
    const address = `${this.getAttribute("src")}?after=${this.seq - 1}`;
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`${response.status} from ${response.url}`);
    this.apply(await response.json());
  }

  async poll() {
    try {
      this.connection("polling", "Polling");
      await this.ask();
    } catch {
      this.connection("offline", "Offline, trying again");
    }
    if (this.isPolling) this.timer = setTimeout(() => this.poll(), POLL_EVERY);
  }

  connection(state, words) {
    this.dataset.connection = state;
    this.write("connection", words);
  }

  apply(snapshot) {
    if (snapshot.seq < this.seq) return;
    this.seq = snapshot.seq;
    this.field("progress").value = snapshot.progress;
    this.write("percent", `${Math.floor(snapshot.progress)}%`);
    this.write("message", snapshot.status_message);
    this.write("done", outOf(snapshot.done, snapshot.total));
    this.write("rate", `${number.format(Math.round(snapshot.rate))} a minute`);
    this.write("eta", duration(snapshot.eta));
    this.write("errors", number.format(snapshot.errors));
    for (const [name, value] of Object.entries(snapshot.stats)) this.write(name, number.format(value));
    this.badge(this.field("status"), snapshot.status);
    for (const target of snapshot.targets) this.target(target);
    this.log(snapshot.log);
    this.speak(snapshot);
    const cancel = this.field("cancel");
    if (cancel) cancel.hidden = !snapshot.can_cancel;
    if (snapshot.finished) this.finish();
  }

  target({ target_id: id, label, status, progress, results_count: count, reported_total: total, error }) {
    const list = this.field("targets");
    if (!list) return; // a compact card
    let row = list.querySelector(`[data-target="${CSS.escape(id)}"]`);
    if (!row) {
      row = this.querySelector("template[data-row]").content.firstElementChild.cloneNode(true);
      row.dataset.target = id;
      list.append(row);
    }
    this.write("label", label, row);
    this.write("count", outOf(count, total), row);
    this.write("error", error ?? "", row);
    this.field("error-line", row).hidden = !error;
    this.badge(this.field("status", row), status);
    const bar = this.field("progress", row);
    bar.value = progress;
    bar.setAttribute("aria-label", `Progress of ${label}`);
    bar.classList.toggle("failed", status === "failed");
  }

  log(lines) {
    const list = this.field("log");
    if (!list) return;
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 24;
    for (const { seq, at, level, message } of lines) {
      if (seq <= Number(list.lastElementChild?.dataset.seq ?? 0)) continue;
      const time = make("time", { dateTime: at, attributes: { "data-style": "clock" } });
      localise(time);
      const line = make("li", { className: level }, time, message);
      line.dataset.seq = seq;
      list.append(line);
    }
    while (list.children.length > LOG_LINES) list.firstElementChild.remove();
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }

  speak({ progress, eta, finished, status_message: message }) {
    const step = Math.floor(progress / SPEAK_EVERY);
    const rest = eta === null ? "" : `, about ${duration(eta)} left`;
    if (finished) this.write("spoken", message);
    else if (step > this.spoken) this.write("spoken", `${step * SPEAK_EVERY} percent${rest}`);
    this.spoken = step;
  }

  finish() {
    this.stop();
    this.connection("finished", "");
    this.dispatchEvent(new CustomEvent("job-finished", { bubbles: true, detail: { job: this.dataset.job } }));
  }

  field(name, root = this) {
    return root.querySelector(`[data-field="${name}"]`);
  }

  write(name, text, root = this) {
    const element = this.field(name, root);
    if (element && element.textContent !== text) element.textContent = text;
  }

  badge(place, status) {
    if (place.dataset.status === status) return;
    const badges = this.querySelector("template[data-badges]").content;
    const badge = badges.querySelector(`[data-status="${CSS.escape(status)}"]`);
    if (!badge) return;
    place.dataset.status = status;
    place.replaceChildren(badge.firstElementChild.cloneNode(true));
  }
}

customElements.define("live-job", LiveJob);
