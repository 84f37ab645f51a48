/* <time data-style="relative | datetime | date | clock">: the server names moment and zone, we say it shorter. */
import { language, timeZone, whenShown } from "./dom.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30 * DAY;

const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone });
const hourCycle = "h23"; // as schedules and forms have it
const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hourCycle, timeZone });
const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle, timeZone });
const exact = new Intl.DateTimeFormat(language, {
  year: "numeric", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short", hourCycle,
  timeZone,
});

function ago(date) {
  const seconds = (date - Date.now()) / 1000;
  const distance = Math.abs(seconds);
  if (distance < HOUR) return relative.format(Math.round(seconds / MINUTE), "minute");
  if (distance < DAY) return relative.format(Math.round(seconds / HOUR), "hour");
  if (distance < MONTH) return relative.format(Math.round(seconds / DAY), "day");
  return day.format(date);
}

const styles = {
  relative: ago,
  datetime: date => moment.format(date),
  date: date => day.format(date),
  clock: date => clock.format(date),
};

export function localise(element) {
  const date = new Date(element.dateTime);
  element.title = exact.format(date);
  element.textContent = styles[element.dataset.style](date);
}

whenShown("time[data-style]", localise);

const relatives = () => document.querySelectorAll("time[data-style=relative]");
setInterval(() => relatives().forEach(localise), MINUTE * 1000);
addEventListener("beforeprint", () => { // on paper nothing is five minutes ago for long
  for (const element of relatives()) element.textContent = moment.format(new Date(element.dateTime));
});
addEventListener("afterprint", () => relatives().forEach(localise));
