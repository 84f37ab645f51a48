/* Keys for reviews, on the list, in the drawer and on the page of one: j and k move, x ticks, 1 to 5 label the review at
   hand, 0 gives it back to the engine, u undoes. Each presses what is on the page, or sends what a form there would.

   <form data-reviews="/the/address/of/the/list/" data-labels="positive,neutral,negative">  the list
   <article id="review" data-labels="…">  a review */
import { whenShown } from "./dom.js";
import { undo } from "./toast.js";

const ENGINE = "engine";
let latestUndo;

const list = () => document.querySelector("[data-reviews]");
const review = () => document.getElementById("review");
const rows = () => [...list()?.querySelectorAll("tbody tr") ?? []];
const rowAtHand = () => document.activeElement?.closest("[data-reviews] tbody tr");
const titleOf = row => row?.querySelector("a.title");

function move(step) {
  if (review()) {
    document.getElementById(step > 0 ? "next" : "previous")?.click();
    return;
  }
  const all = rows();
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(rowAtHand()) + step))];
  titleOf(next)?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/* The request replaces what it is about: whoever was there stays there. */
async function keepingPlace(request) {
  const address = titleOf(rowAtHand())?.getAttribute("href");
  await request;
  if (address && !review()) document.querySelector(`a.title[href="${CSS.escape(address)}"]`)?.focus();
}

function label(sentiment) {
  const row = rowAtHand();
  if (review()) {
    const { pathname, search } = new URL(review().dataset.address, location);
    htmx.ajax("POST", `${pathname}label/${search}`, { target: "#review", swap: "outerHTML", values: said(sentiment) });
  } else if (row) {
    const { pathname, search } = titleOf(row);
    const how = { target: row, swap: "outerHTML", select: "tbody tr", values: said(sentiment) };
    keepingPlace(htmx.ajax("POST", `${pathname}label/${search}`, how));
  }
}

const said = sentiment => (sentiment === ENGINE ? { sentiment, emotion: ENGINE } : { sentiment });

function labelByNumber(number) {
  const labels = (review() ?? list()).dataset.labels.split(",");
  if (number <= labels.length) label(number ? labels[number - 1] : ENGINE);
}

/* Each with a source of its own: htmx lets requests from one place wait for each other. */
const refreshList = () => list() && keepingPlace(htmx.ajax("GET", list().dataset.reviews, {
  source: "#results", target: "#results", swap: "innerHTML show:none",
}));
const refreshReview = () => review() && htmx.ajax("GET", review().dataset.address, {
  source: review().parentElement, target: "#review", select: "#review", swap: "outerHTML",
});

function undoLatest() {
  const form = document.querySelector("#review [data-undo]") ?? document.querySelector("[data-undo]");
  if (review() && form) form.requestSubmit();
  else if (latestUndo) undo(latestUndo);
  else form?.requestSubmit();
  latestUndo = undefined;
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: () => rowAtHand()?.querySelector("[name=result_id]").click(),
  u: undoLatest,
};

export function press(key) {
  if (KEYS[key]) KEYS[key]();
  else labelByNumber(Number(key));
}

document.addEventListener("toast", ({ detail }) => {
  latestUndo = detail.undo ?? latestUndo;
});
document.addEventListener("review-labelled", refreshList);
document.addEventListener("reviews-changed", () => {
  refreshList();
  refreshReview();
});

/* The drawer is called like the review it shows by now. */
whenShown("#review", article => {
  article.closest("dialog")?.setAttribute("aria-label", article.querySelector("h1").textContent);
});

/* How many are ticked, and all of a page at once. */
whenShown("[data-reviews]", form => {
  form.addEventListener("change", ({ target }) => {
    const boxes = [...form.querySelectorAll("[name=result_id]")];
    if (target.matches("[data-tick-all]")) for (const box of boxes) box.checked = target.checked;
    form.querySelector("[data-ticked]").textContent = `${boxes.filter(box => box.checked).length} selected`;
  });
});
