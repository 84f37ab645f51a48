"""Large language models, in the cloud or on a machine of one's own.

Prices and contexts are those of the package litellm 1.109.1 on the day noted, which gathers what providers publish.
They change: a user can correct them, and where none is noted the price counts as unknown, never as zero.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from integrations.providers.base import ADDRESS, Field, Kind, Model, Provider, api_key, bearer, by_header, has, is_spent

NOTED_ON = date(2026, 11, 23)
FEATURES = ("sentiment", "emotions", "aspects", "summary", "insights")
USED_FOR = "Reading reviews, summaries and insights, for projects that choose an LLM for it. They send it those texts."
ON_MY_MACHINE = (
    "The address as Studio's server sees it. For one in a private network, or on the same machine, whoever runs "
    "Studio opens that network with OUTBOUND_ALLOW."
)


def _model(model: str, name: str, context: int, dollars_in: float, dollars_out: float) -> Model:
    """With prices for a million tokens, as providers name them."""
    return Model(
        id=model,
        name=name,
        context=context,
        cost_per_1k_input=round(dollars_in / 1000, 9),
        cost_per_1k_output=round(dollars_out / 1000, 9),
        noted_on=NOTED_ON,
    )


def is_model_list(data: Any) -> bool:
    """Models as OpenAI lists them, or as Together does: without a wrapping."""
    models = data.get("data") if isinstance(data, dict) else data
    return isinstance(models, list) and bool(models) and all(has(one, "id") for one in models)


def _is_list_of_local_models(data: Any) -> bool:
    """Such a server may have none loaded."""
    return has(data, "data") and (data["data"] == [] or is_model_list(data))


def _is_ollama(data: Any) -> bool:
    return has(data, "models") and isinstance(data["models"], list) and all(has(one, "name") for one in data["models"])


def _has_no_balance(data: Any) -> bool:
    return data["is_available"] is False


def _has_nothing_left(data: Any) -> bool:
    return is_spent(0, data["data"].get("limit_remaining"))


def _llm(**facts: Any) -> Provider:
    return Provider(kind=Kind.LLM, used_for=USED_FOR, features=FEATURES, **facts)


def _own_server(default: str, path: str, proof: Callable[[Any], bool]) -> dict[str, Any]:
    """What a server on a machine of one's own asks for, and how one sees that it is there."""
    base_url = Field(
        name="base_url",
        label="Base URL",
        pattern=ADDRESS,
        wanted="Use an address such as https://models.example.org/v1, without a name, a password, ? or #.",
        default=default,
        help=ON_MY_MACHINE,
    )
    model = Field(name="model", label="Model", is_required=False, help="As the server lists it.")
    key = api_key(is_required=False, hint="Only if the server asks for one.")
    return {
        "fields": (base_url, key, model),
        "probe": bearer(f"{{base_url}}{path}", proof, may_be_open=True),
    }


LLMS = (
    _llm(
        id="groq",
        name="Groq",
        api="https://api.groq.com/openai/v1",
        fields=(api_key(prefix="gsk_"),),
        probe=bearer("https://api.groq.com/openai/v1/models", is_model_list),
        description="Open models on chips of its own, very fast. Has a free tier.",
        website="https://groq.com",
        key_url="https://console.groq.com/keys",
        models=(
            _model("openai/gpt-oss-20b", "GPT-OSS 20B", 131_072, 0.075, 0.30),
            _model("openai/gpt-oss-120b", "GPT-OSS 120B", 131_072, 0.15, 0.60),
            _model("qwen/qwen3.8-27b", "Qwen 3.8 27B", 131_072, 0.80, 4.00),
        ),
    ),
    _llm(
        id="openai",
        name="OpenAI",
        api="https://api.openai.com/v1",
        json_mode="schema",
        fields=(api_key(prefix="sk-"),),
        probe=bearer("https://api.openai.com/v1/models", is_model_list),
        description="The GPT models.",
        website="https://openai.com",
        key_url="https://platform.openai.com/api-keys",
        models=(
            _model("gpt-6-luna", "GPT-6 Luna", 922_000, 0.10, 0.50),
            _model("gpt-6-sol", "GPT-6 Sol", 922_000, 2.00, 10.00),
            _model("gpt-6-astra", "GPT-6 Astra", 922_000, 10.00, 50.00),
            _model("gpt-4.1-mini", "GPT-4.1 mini", 1_047_576, 0.40, 1.60),
            _model("gpt-4o-mini", "GPT-4o mini", 128_000, 0.15, 0.60),
        ),
    ),
    _llm(
        id="anthropic",
        name="Anthropic",
        api="https://api.anthropic.com/v1",
        dialect="anthropic",
        json_mode="",
        description="The Claude models.",
        website="https://www.anthropic.com",
        key_url="https://console.anthropic.com/settings/keys",
        fields=(api_key(prefix="sk-ant-"),),
        probe=by_header(
            "https://api.anthropic.com/v1/models",
            is_model_list,
            "x-api-key",
            headers={"anthropic-version": "2023-06-01"},
        ),
        models=(
            _model("claude-haiku-5-5", "Claude Haiku 5.5", 1_000_000, 0.10, 0.50),
            _model("claude-haiku-4-5", "Claude Haiku 4.5", 200_000, 1.00, 5.00),
            _model("claude-sonnet-5-5", "Claude Sonnet 5.5", 1_000_000, 2.00, 10.00),
            _model("claude-opus-5-5", "Claude Opus 5.5", 1_000_000, 4.00, 20.00),
        ),
    ),
    _llm(
        id="gemini",
        name="Google Gemini",
        api="https://generativelanguage.googleapis.com/v1beta/openai",
        fields=(api_key(prefix="AIza"),),
        probe=bearer("https://generativelanguage.googleapis.com/v1beta/openai/models", is_model_list),
        description="The Gemini models, through their OpenAI-compatible endpoint. Has a free tier.",
        website="https://ai.google.dev",
        key_url="https://aistudio.google.com/apikey",
        models=(
            _model("gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite", 1_048_576, 0.10, 0.40),
            _model("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite", 1_048_576, 0.30, 2.50),
            _model("gemini-3.8-flash", "Gemini 3.8 Flash", 1_048_576, 0.75, 3.75),
            _model("gemini-4-argon", "Gemini 4 Argon", 1_048_576, 2.00, 10.00),
        ),
    ),
    _llm(
        id="mistral",
        name="Mistral",
        api="https://api.mistral.ai/v1",
        fields=(api_key(),),
        probe=bearer("https://api.mistral.ai/v1/models", is_model_list),
        description="Models made in Europe, in many sizes.",
        website="https://mistral.ai",
        key_url="https://console.mistral.ai/api-keys",
        models=(
            _model("mistral-small-latest", "Mistral Small", 262_144, 0.15, 0.60),
            _model("mistral-medium-latest", "Mistral Medium", 262_144, 1.50, 7.50),
            _model("mistral-large-latest", "Mistral Large", 262_144, 0.50, 1.50),
        ),
    ),
    _llm(
        id="deepseek",
        name="DeepSeek",
        api="https://api.deepseek.com",
        description="The DeepSeek models from their maker.",
        website="https://www.deepseek.com",
        key_url="https://platform.deepseek.com/api_keys",
        fields=(api_key(prefix="sk-"),),
        probe=bearer(
            "https://api.deepseek.com/user/balance",
            lambda data: has(data, "is_available", "balance_infos"),
            is_used_up=_has_no_balance,
        ),
        models=(
            _model("deepseek-v4-flash", "DeepSeek V4 Flash", 1_000_000, 0.30, 1.20),
            _model("deepseek-v4-pro", "DeepSeek V4 Pro", 1_000_000, 1.32, 3.96),
        ),
    ),
    _llm(
        id="together",
        name="Together AI",
        api="https://api.together.xyz/v1",
        fields=(api_key(),),
        probe=bearer("https://api.together.xyz/v1/models", is_model_list),
        description="Many open models.",
        website="https://www.together.ai",
        key_url="https://api.together.ai/settings/api-keys",
        models=(
            _model("openai/gpt-oss-120b", "GPT-OSS 120B", 131_072, 0.15, 0.60),
            _model("deepseek-ai/DeepSeek-V4.1-Flash", "DeepSeek V4.1 Flash", 1_048_576, 0.30, 1.20),
        ),
    ),
    _llm(
        id="fireworks",
        name="Fireworks AI",
        api="https://api.fireworks.ai/inference/v1",
        fields=(api_key(prefix="fw_"),),
        probe=bearer("https://api.fireworks.ai/inference/v1/models", is_model_list),
        description="Many open models, fast.",
        website="https://fireworks.ai",
        key_url="https://app.fireworks.ai/settings/users/api-keys",
        models=(
            _model("accounts/fireworks/models/gpt-oss-20b", "GPT-OSS 20B", 131_072, 0.07, 0.30),
            _model("accounts/fireworks/models/kimi-k3", "Kimi K3", 1_048_576, 3.00, 15.00),
        ),
    ),
    _llm(
        id="openrouter",
        name="OpenRouter",
        api="https://openrouter.ai/api/v1",
        description="One key for the models of many providers.",
        website="https://openrouter.ai",
        key_url="https://openrouter.ai/settings/keys",
        fields=(api_key(prefix="sk-or-"),),
        # Its list of models is open to everybody, so it proves nothing.
        probe=bearer(
            "https://openrouter.ai/api/v1/key",
            lambda data: has(data, "data") and has(data["data"], "label", "usage"),
            is_used_up=_has_nothing_left,
        ),
        models=(
            Model(id="openai/gpt-oss-120b", name="GPT-OSS 120B"),
            Model(id="google/gemini-2.5-flash", name="Gemini 2.5 Flash"),
        ),
    ),
    _llm(
        id="cerebras",
        name="Cerebras",
        api="https://api.cerebras.ai/v1",
        fields=(api_key(prefix="csk-"),),
        probe=bearer("https://api.cerebras.ai/v1/models", is_model_list),
        description="Open models on wafer-sized chips, very fast. Has a free tier.",
        website="https://www.cerebras.ai",
        key_url="https://cloud.cerebras.ai",
        models=(
            _model("gpt-oss-120b", "GPT-OSS 120B", 131_072, 0.35, 0.75),
            _model("qwen-3.8-27b", "Qwen 3.8 27B", 65_536, 0.99, 1.49),
        ),
    ),
    _llm(
        id="ollama",
        name="Ollama",
        api="{base_url}",
        dialect="ollama",
        json_mode="schema",
        is_free=True,
        description="Open models on a machine of your own: no text leaves it, and nothing is paid.",
        website="https://ollama.com",
        key_url="https://ollama.com/download",
        **_own_server("http://localhost:11434", "/api/tags", _is_ollama),
    ),
    _llm(
        id="lmstudio",
        name="LM Studio",
        api="{base_url}",
        json_mode="schema",
        is_free=True,
        description="Open models on a desktop machine, with a window to choose them in.",
        website="https://lmstudio.ai",
        key_url="https://lmstudio.ai/docs/developer",
        **_own_server("http://localhost:1234/v1", "/models", _is_list_of_local_models),
    ),
    _llm(
        id="compatible",
        name="Another OpenAI-compatible server",
        api="{base_url}",
        json_mode="",
        description="vLLM, llama.cpp, LiteLLM, or any service with an address that ends in /v1.",
        website="https://platform.openai.com/docs/api-reference",
        key_url="https://docs.vllm.ai",
        **_own_server("", "/models", _is_list_of_local_models),
    ),
)
