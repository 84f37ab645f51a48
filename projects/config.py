"""What can be set about a project: which groups there are, with names, bounds, defaults and words.

The defaults are those of the preset "standard". What a run cannot obey yet is kept all the same, and its help says so.
"""

from collections.abc import Collection, Mapping
from typing import Any

from projects.choices import PLATFORMS, SENTIMENT_CLASSES, ProductCategory
from projects.declarations import Choice, Choices, Flag, Group, Number, Text, Texts

Config = dict[str, dict[str, Any]]

CUSTOM, STANDARD = "custom", "standard"  # instead of a preset's id, and the preset of who names none
COMMERCIAL_SERVICES = (
    ("scraperapi", "ScraperAPI"),
    ("apify", "Apify"),
    ("scrapingbee", "ScrapingBee"),
    ("scrapingant", "ScrapingAnt"),
    ("zyte", "Zyte"),
    ("brightdata", "Bright Data"),
    ("oxylabs", "Oxylabs"),
)
LLM_PROVIDERS = (
    ("groq", "Groq"),
    ("openai", "OpenAI"),
    ("anthropic", "Anthropic"),
    ("gemini", "Google Gemini"),
    ("mistral", "Mistral"),
    ("deepseek", "DeepSeek"),
    ("together", "Together AI"),
    ("fireworks", "Fireworks AI"),
    ("openrouter", "OpenRouter"),
    ("cerebras", "Cerebras"),
    ("ollama", "Ollama"),
    ("lmstudio", "LM Studio"),
    ("compatible", "Another OpenAI-compatible server"),
)
ASPECT_PACKS = (
    ("general", "Anything"),
    ("game", "Games"),
    ("product", "Products"),
    ("local_business", "Local businesses"),
    ("film", "Films and series"),
    ("app", "Apps and software"),
)
LOCAL, TRANSFORMER, LLM_ENGINE = "local", "transformer", "llm"
ENGINES = ((LOCAL, "Built-in"), (TRANSFORMER, "Transformer"), (LLM_ENGINE, "LLM"))
EKMAN, GOEMOTIONS = "ekman", "goemotions"
AT_THE_END = (
    "Either has it written at the end of a run what reviews praise, criticise and ask for: by the LLM, if you choose a "
    "provider, else from their own words. An LLM that does the analysis adds it to each review as well."
)
WITH_SERVICE = "Used with a commercial service."
WITH_SERVICE_OR_BROWSER = "Used with a commercial service, or with a browser if this installation has one."

PRODUCT = Group(
    "product",
    "Product",
    (
        Text(name="name", label="Product", default="", maximum=100, help="As customers call it, if that differs."),
        Choice(
            name="category", label="Category", default=None, options=tuple(ProductCategory.choices), none="Not said"
        ),
        Text(name="description", label="What it is", default="", maximum=1000, is_long=True),
        Texts(name="competitors", label="Competitors", default=(), most=20, maximum=100, help="One a line."),
        Text(name="website", label="Website", default="", maximum=500, is_address=True),
    ),
)

SCRAPERS = Group(
    "scrapers",
    "Collecting",
    (
        Choices(
            name="platforms",
            label="Platforms",
            default=(),
            options=tuple((one.value, one.label) for one in PLATFORMS),
            help="Runs visit only targets on these. None chosen means all.",
        ),
        Choice(
            name="commercial_provider",
            label="Commercial service",
            default=None,
            options=COMMERCIAL_SERVICES,
            none="None: directly",
            help="Fetches the pages of Amazon, Trustpilot, Yelp and IMDb for you, with your key. It costs its credits.",
        ),
        Text(
            name="country",
            label="Ask from",
            default="",
            maximum=2,
            pattern="[a-z]{2}",
            wanted="Use a country's two small letters, such as de.",
            help=f"A country's two letters, such as de. {WITH_SERVICE}",
        ),
        Flag(name="render_js", label="Run the scripts of pages", default=False, help=WITH_SERVICE_OR_BROWSER),
        Flag(name="premium_proxy", label="Premium proxies", default=False, help=WITH_SERVICE),
    ),
)

ANALYSIS = Group(
    "analysis",
    "Analysis",
    (
        Flag(
            name="sentiment",
            label="Analyse what is collected",
            default=True,
            help="Without it reviews are only kept, with their ratings.",
        ),
        Choice(
            name="sentiment_classes",
            label="Sentiment labels",
            default=5,
            options=SENTIMENT_CLASSES,
            help="Positive, neutral and negative; five add very positive and very negative.",
        ),
        Choice(
            name="engine",
            label="Engine",
            default=LOCAL,
            options=ENGINES,
            help="Where the one you choose cannot be used, the built-in one does the work. Reviews that are there keep "
            "their labels until you have them read again.",
        ),
        Flag(name="emotions", label="Emotions", default=True, help="Which emotion a review shows most."),
        Choice(
            name="emotion_model",
            label="Set of emotions",
            default=EKMAN,
            options=((EKMAN, "Ekman: six"), (GOEMOTIONS, "GoEmotions: finer")),
            help="GoEmotions knows 27, of which the built-in engine tells 21 well enough to show them. Figures are by "
            "Ekman's six either way.",
        ),
        Flag(
            name="aspects",
            label="Aspects",
            default=False,
            help="What is praised and what is not. An approximation; it makes the analysis take longer.",
        ),
        Choice(
            name="aspect_pack",
            label="Look for the aspects of",
            default="general",
            options=ASPECT_PACKS,
        ),
        Texts(
            name="own_aspects",
            label="Aspects of your own",
            default=(),
            most=30,
            maximum=500,
            # A name, the words and phrases that name it, and those that hold one of them and mean something else.
            pattern=r"[^:;,\s][^:;,]{0,39}:\s*[^:;,\s][^:;]*(;\s*not\s+[^:;,\s][^:;]*)?",
            wanted="Write a name, a colon and words with commas in between, such as Battle pass: season pass, pass.",
            help="One a line, such as Battle pass: battle pass, pass; not boarding pass. One that is called like an "
            "aspect from above takes its place.",
        ),
        Flag(name="summarize", label="Summary", default=False, help=AT_THE_END),
        Flag(name="extract_insights", label="Insights", default=False, help=AT_THE_END),
    ),
)

LLM = Group(
    "llm",
    "LLM",
    (
        Choice(name="provider", label="Provider", default=None, options=LLM_PROVIDERS, none="None"),
        Text(
            name="model",
            label="Model",
            default="",
            maximum=100,
            help="Empty: the one you entered with its address, or the provider's first under “API keys”.",
        ),
        Number(name="temperature", label="Temperature", default=0.2, minimum=0.0, maximum=2.0),
        Number(name="max_tokens", label="Longest answer, in tokens", default=1000, minimum=100, maximum=8000),
    ),
    help="Asked with your own key. It is sent the texts of reviews, and nothing else of your account.",
)

LIMITS = Group(
    "limits",
    "Limits",
    (
        Number(
            name="max_reviews_per_target",
            label="Reviews per target and run",
            default=100,
            minimum=10,
            maximum=10_000,
            help="Files are always read to their end.",
        ),
        Number(
            name="rate_limit_delay",
            label="Seconds between requests",
            default=1.0,
            minimum=0.1,
            maximum=10.0,
            help="To one site. A site that wants longer pauses gets them.",
        ),
        Number(
            name="max_requests_per_day",
            label="Requests per day",
            default=5_000,
            minimum=10,
            maximum=100_000,
            help="Of all runs together. Days begin at midnight UTC.",
        ),
        Number(
            name="llm_budget_usd",
            label="LLM budget per run, in US dollars",
            default=5.0,
            minimum=0.0,
            maximum=100_000.0,
            help="No call is made that could exceed it: the built-in engine reads the rest.",
        ),
        Number(
            name="llm_monthly_usd",
            label="LLM budget per month, in US dollars",
            default=20.0,
            minimum=0.0,
            maximum=100_000.0,
            help="Of all your projects together, in a calendar month (UTC). Nothing is asked here beyond it.",
        ),
    ),
)

SCHEDULE = Group(
    "schedule",
    "Schedule",
    (
        Choice(
            name="frequency",
            label="How often",
            default="daily",
            options=(
                ("hourly", "Every hour"),
                ("daily", "Every day"),
                ("weekly", "Every week"),
                ("monthly", "Every month"),
            ),
        ),
        Text(
            name="time",
            label="At",
            default="",
            maximum=5,
            pattern=r"([01]\d|2[0-3]):[0-5]\d",
            wanted="Use hours and minutes, such as 09:00.",
            help="09:00 if it is not said.",
        ),
    ),
    help="Projects made with it run by themselves, in the time zone of their owner.",
)

CONFIG = (SCRAPERS, ANALYSIS, LLM, LIMITS)


def defaults() -> Config:
    return {group.name: group.defaults() for group in CONFIG}


def no_product() -> dict[str, Any]:
    return PRODUCT.defaults()


def unmet(config: Mapping[str, Mapping[str, Any]], keys: Collection[str] = ()) -> list[str]:
    """What the settings want and cannot be given, and what happens instead, in sentences.

    ``keys`` are the providers for which whoever reads it has a key, and the engines that need none.
    """
    said = []
    service = config["scrapers"]["commercial_provider"]
    if service and service not in keys:
        name = dict(COMMERCIAL_SERVICES)[service]
        said.append(f"Wants {name} and its key: collects directly until you enter one under “API keys”.")
    if config["analysis"]["engine"] == TRANSFORMER and TRANSFORMER not in keys:
        said.append("Wants a transformer, and none can be used here: the built-in engine does the work.")
    if config["analysis"]["engine"] == LLM_ENGINE:
        said += _without_llm(config["llm"]["provider"], keys)
    return said


def _without_llm(provider: str | None, keys: Collection[str]) -> list[str]:
    if not provider:
        return ["Wants an LLM: the built-in engine does the work until you choose a provider under “LLM”."]
    if provider in keys:
        return []
    name = dict(LLM_PROVIDERS)[provider]
    return [f"Wants {name} and its key: the built-in engine does the work until you enter it under “API keys”."]
