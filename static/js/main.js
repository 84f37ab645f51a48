/* The pages work without any of this; each module adds one comfort. */
import "./htmx.js";
import "./theme.js";
import "./times.js";
import "./toast.js";
import "./messages.js";
import "./dialogs.js";
import "./forms.js";
import "./shortcuts.js";
import "./live-job.js";
import "./new-results.js";
import "./chart.js";
