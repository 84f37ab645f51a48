import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, models
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField

from accounts.models import User
from accounts.ownership import OwnedModel, OwnedQuerySet
from integrations.choices import KeyStatus
from integrations.models.secrets import Sealed
from integrations.providers import PROVIDERS, Kind, Model, Provider
from integrations.verifying import Verdict

PROVIDER_LENGTH = 30
TELLING = (KeyStatus.VALID, KeyStatus.INVALID)  # after these one knows; the others leave what was known before
LONGEST_CONTEXT = 1_000_000_000  # tokens
MOST_DOLLARS = 1000.0  # for 1,000 tokens: beyond it somebody has mistaken the unit


class CredentialQuerySet(OwnedQuerySet):
    def enter(self, owner: User, provider: Provider, values: dict[str, str], label: str) -> tuple["Credential", bool]:
        """Keep the values for this provider in place of what was there. Also whether nothing was there before."""
        while True:
            there = self.filter(owner_id=owner.pk, provider=provider.id).first()
            credential = there or Credential(pk=ObjectId(), owner=owner, provider=provider.id)
            fields = credential.take(values, label)
            if there and self.filter(pk=there.pk).update(**fields):
                return credential, False
            if not there:
                try:
                    credential.save(force_insert=True)
                except IntegrityError:  # the same one came in twice at once
                    continue
                return credential, True


class Credential(Sealed, OwnedModel):
    """What somebody has been given by a provider to be let in there: a key, or a name and a password.

    Its secrets are the values of the provider's fields. ``shown`` is what of them may be seen.
    """

    kind: ClassVar[str] = "credential"
    bound_to: ClassVar[tuple[str, ...]] = ("provider",)

    id = ObjectIdAutoField(primary_key=True)
    provider = models.CharField(max_length=PROVIDER_LENGTH)
    label = models.CharField(max_length=100, blank=True)
    shown = models.JSONField(default=dict, editable=False)
    status = models.CharField(max_length=12, choices=KeyStatus, default=KeyStatus.UNTESTED, editable=False)
    error = models.CharField(max_length=500, blank=True, editable=False)
    is_valid = models.BooleanField(null=True, editable=False)  # None: nobody knows yet
    last_used = models.DateTimeField(null=True, editable=False)
    last_validated = models.DateTimeField(null=True, editable=False)  # when it was last known whether it is valid
    tested_at = models.DateTimeField(null=True, editable=False)
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "provider"], name="credential_once_a_provider")]

    def __str__(self) -> str:
        return f"{self.name}: {self.masked_key}"

    @property
    def name(self) -> str:
        return PROVIDERS[self.provider].name if self.provider in PROVIDERS else self.provider

    @property
    def masked_key(self) -> str:
        """The secret as it may be seen; of a server without one, its address."""
        fields = PROVIDERS[self.provider].fields if self.provider in PROVIDERS else ()
        secrets = [self.shown[field.name] for field in fields if field.is_secret and field.name in self.shown]
        return str(next(iter([*secrets, *self.shown.values()]), ""))

    @property
    def state(self) -> str:
        """Its status for those who look at it, who want to know at once when it is of no use."""
        if not self.is_readable:
            return KeyStatus.UNREADABLE
        return "spent" if self.status == KeyStatus.VALID and self.error else self.status

    @property
    def can_be_used(self) -> bool:
        """Whether there is something to try it with: it can be read, and nobody has said that it is not valid."""
        return self.is_valid is not False and self.is_readable

    def holds(self, values: Mapping[str, str]) -> bool:
        """Whether these are its values, and not those of a key that was there before."""
        return self.is_readable and self.open() == values

    def take(self, values: dict[str, str], label: str) -> dict[str, Any]:
        """Hold other values, of which nothing is known yet; also what has to be saved."""
        self.hold(values)
        fields = {
            "label": label,
            "sealed": self.sealed,
            "shown": PROVIDERS[self.provider].shown(values),
            "status": KeyStatus.UNTESTED,
            "error": "",
            "is_valid": None,
            "last_validated": None,
            "tested_at": None,
            "entered_at": timezone.now(),
        }
        for name, value in fields.items():
            setattr(self, name, value)
        return fields

    def note_verdict(self, verdict: Verdict) -> bool:
        """Keep how a test went, unless other values were entered meanwhile: the test was not about those."""
        fields = {"status": verdict.status, "error": verdict.error[:500], "tested_at": verdict.at}
        if verdict.status in TELLING:
            fields |= {"is_valid": verdict.status == KeyStatus.VALID, "last_validated": verdict.at}
        is_still_there = Credential.objects.filter(pk=self.pk, entered_at=self.entered_at).update(**fields) == 1
        if is_still_there:
            for name, value in fields.items():
                setattr(self, name, value)
        return is_still_there

    def note_use(self) -> None:
        Credential.objects.filter(pk=self.pk).update(last_used=timezone.now())


def validate_price(dollars: float) -> None:
    if not math.isfinite(dollars) or not 0 <= dollars <= MOST_DOLLARS:
        raise ValidationError(f"Use a number of US dollars for 1,000 tokens, from 0 to {MOST_DOLLARS:g}.")


def validate_llm(provider: str) -> None:
    if provider not in PROVIDERS or PROVIDERS[provider].kind != Kind.LLM:
        raise ValidationError("There is no such LLM provider.")


class OwnModelQuerySet(OwnedQuerySet):
    def of(self, providers: Sequence[Provider]) -> Self:
        return self.filter(provider__in=[provider.id for provider in providers]).order_by("provider", "model")


class OwnModel(OwnedModel):
    """A model that its owner has added to a provider's, or one of those with facts of its owner's own."""

    id = ObjectIdAutoField(primary_key=True)
    provider = models.CharField(max_length=PROVIDER_LENGTH, validators=[validate_llm])
    model = models.CharField("id", max_length=200, help_text="As the provider writes it.")
    name = models.CharField(max_length=100, blank=True)
    context = models.PositiveIntegerField(
        "context",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_CONTEXT)],
        help_text="In tokens.",
    )
    cost_per_1k_input = models.FloatField(
        "price of 1,000 tokens sent", null=True, blank=True, validators=[validate_price], help_text="In US dollars."
    )
    cost_per_1k_output = models.FloatField(
        "price of 1,000 tokens received", null=True, blank=True, validators=[validate_price], help_text="In US dollars."
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = OwnModelQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "provider", "model"],
                name="model_once_a_provider",
                violation_error_message="You have facts of your own about this model already.",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.model

    def as_model(self) -> Model:
        return Model(
            id=self.model,
            name=str(self),
            context=self.context,
            cost_per_1k_input=self.cost_per_1k_input,
            cost_per_1k_output=self.cost_per_1k_output,
            noted_on=self.updated_at.date(),
            own_id=str(self.pk),
        )
