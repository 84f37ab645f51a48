/* The pages work without any of this; each module adds one comfort. */
import { whenShown, whenUsed } from "./dom.js";
import "./htmx.js";
import "./theme.js";
import "./times.js";
import "./toast.js";
import "./messages.js";
import "./dialogs.js";
import "./forms.js";
import "./shortcuts.js";

/* Where tabs do not fit, the current one is shown. */
whenShown(":is(.tabs, .settings-nav) [aria-current]", link => link.scrollIntoView({ block: "nearest", inline: "center" }));

/* These come with the first page, or the first part of a page, that shows one. */
whenShown("[data-chart]", () => import("./chart.js"));
whenShown("#bell", () => import("./bell.js"));
whenShown("live-job", () => import("./live-job.js"));
whenShown("new-results", () => import("./new-results.js"));
whenShown("[data-reviews], #review", () => import("./review-keys.js"));

/* And these when they are first used, so that nobody is quicker than what they press. */
whenUsed("submit", "form[data-passkey]", () => import("./passkeys.js"));
whenUsed("click", "button[data-copy]", () => import("./copy.js"));
