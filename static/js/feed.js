/* One WebSocket per path, shared by everything on the page that listens to it. It reconnects for as long as somebody
   does, ever more slowly, and at once when the network or the tab comes back. */

const PING_EVERY = 30_000;
const LONGEST_PAUSE = 30_000;
const REFUSED = 4400; // close codes from here on mean that asking again is of no use

class Feed {
  constructor(path) {
    this.path = path;
    this.listeners = new Set();
    this.latest = new Map(); // of each job since the socket opened: for those who come to listen later
    this.failures = 0;
    this.reopen = () => {
      if (!document.hidden) this.open();
    };
    addEventListener("online", this.reopen);
    document.addEventListener("visibilitychange", this.reopen);
    this.open();
  }

  open() {
    if (this.isOver || this.socket?.readyState < WebSocket.CLOSING) return;
    clearTimeout(this.timer);
    const protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(`${protocol}//${location.host}${this.path}`);
    this.socket.addEventListener("open", () => this.onOpen());
    this.socket.addEventListener("message", ({ data }) => this.onMessage(JSON.parse(data)));
    this.socket.addEventListener("close", ({ code }) => this.onClose(code));
  }

  join(listener) {
    this.listeners.add(listener);
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    listener.onOpen?.();
    for (const message of this.latest.values()) listener.onMessage?.(message);
  }

  onMessage(message) {
    if (message.job_id) this.latest.set(message.job_id, message);
    this.tell("onMessage", message);
  }

  onOpen() {
    this.failures = 0;
    this.latest.clear();
    this.ping = setInterval(() => this.socket.send('{"action": "ping"}'), PING_EVERY);
    this.tell("onOpen");
  }

  onClose(code) {
    clearInterval(this.ping);
    if (this.isOver) return;
    this.failures = code >= REFUSED ? Infinity : this.failures + 1;
    this.tell("onClose", this.failures);
    if (this.failures === Infinity) return;
    const pause = Math.min(LONGEST_PAUSE, 500 * 2 ** this.failures) * (0.5 + Math.random());
    this.timer = setTimeout(() => this.open(), pause);
  }

  tell(event, detail) {
    for (const listener of this.listeners) listener[event]?.(detail);
  }

  close() {
    this.isOver = true;
    clearTimeout(this.timer);
    clearInterval(this.ping);
    removeEventListener("online", this.reopen);
    document.removeEventListener("visibilitychange", this.reopen);
    this.socket.close();
  }
}

const feeds = new Map();

/** Calls the listener's onOpen(), onMessage(message) and onClose(failures in a row); returns what ends that. */
export function listen(path, listener) {
  if (!feeds.has(path)) feeds.set(path, new Feed(path));
  const feed = feeds.get(path);
  feed.join(listener);
  return () => {
    feed.listeners.delete(listener);
    if (feed.listeners.size) return;
    feed.close();
    feeds.delete(path);
  };
}
