from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from projects import options
from projects.config import CONFIG, PRODUCT, SCHEDULE, Config
from projects.declarations import Choice, Choices, Flag, Group, Number, Setting, Text, Texts
from projects.models import AnyPreset, Preset, Project, Target
from projects.options import Wanted
from projects.platforms import detect

MAX_ADDRESSES = 500


class AddressesField(forms.CharField):
    """Addresses, one a line → what each of them is. Every bad line is named; nothing is taken while there is one."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Addresses", help_text="One a line. Pages of all platforms can be mixed.", **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        example = "store.steampowered.com/app/620"
        return {**super().widget_attrs(widget), "rows": 4, "spellcheck": "false", "placeholder": example}

    def clean(self, value: str | None) -> list[Wanted]:
        lines = lines_of(super().clean(value))
        if len(lines) > MAX_ADDRESSES:
            raise ValidationError(f"At most {MAX_ADDRESSES} addresses at a time.")
        found, errors = [], []
        for number, line in lines:
            try:
                found.append(Wanted(detect(line)))
            except ValidationError as error:
                errors.append(f"Line {number}: {error.messages[0]}" if len(lines) > 1 else error.messages[0])
        if errors:
            raise ValidationError(errors)
        return found


def lines_of(text: str) -> list[tuple[int, str]]:
    """The lines with something on them, by number from 1."""
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


class LinesField(forms.CharField):
    """Lines of text → a list of them."""

    widget = forms.Textarea

    def __init__(self, *, most: int, longest: int, pattern: str = "", wanted: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.longest = most, longest
        self.check = RegexValidator(f"^{pattern}$", wanted) if pattern else None

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: str | None) -> list[str]:
        lines = list(dict.fromkeys(line.strip() for _, line in lines_of(super().clean(value))))
        if len(lines) > self.most:
            raise ValidationError(f"At most {self.most} lines.")
        if any(len(line) > self.longest for line in lines):
            raise ValidationError(f"At most {self.longest} characters a line.")
        for line in lines if self.check else ():
            self.check(line)
        return lines


def _number(one: Number, **common: Any) -> forms.Field:
    if one.is_whole:
        return forms.IntegerField(min_value=int(one.minimum), max_value=int(one.maximum), **common)
    widget = forms.NumberInput(attrs={"step": "any"})
    return forms.FloatField(min_value=one.minimum, max_value=one.maximum, widget=widget, **common)


def _choice(one: Choice, **common: Any) -> forms.Field:
    choices = [("", one.none), *one.options] if one.none else list(one.options)
    kind: Callable[[Any], Any] = type(one.options[0][0])
    return forms.TypedChoiceField(
        choices=choices, coerce=kind, empty_value=one.default if one.none else None, required=not one.none, **common
    )


def _text(one: Text, **common: Any) -> forms.Field:
    if one.is_address:
        return forms.URLField(required=False, max_length=one.maximum, assume_scheme="https", **common)
    checks = [RegexValidator(rf"^({one.pattern})$", one.wanted)] if one.pattern else []
    widget = forms.Textarea(attrs={"rows": 2}) if one.is_long else forms.TextInput()
    return forms.CharField(required=False, max_length=one.maximum, validators=checks, widget=widget, **common)


def _texts(one: Texts, **common: Any) -> forms.Field:
    common |= {"required": False, "widget": forms.Textarea(attrs={"rows": 3})}
    return LinesField(most=one.most, longest=one.maximum, pattern=one.pattern, wanted=one.wanted, **common)


FIELDS: dict[type[Setting], Callable[..., forms.Field]] = {
    Flag: lambda one, **common: forms.BooleanField(required=False, **common),
    Number: _number,
    Choice: _choice,
    Choices: lambda one, **common: forms.MultipleChoiceField(
        choices=one.options, required=False, widget=forms.CheckboxSelectMultiple, **common
    ),
    Text: _text,
    Texts: _texts,
}


def field_of(setting: Setting) -> forms.Field:
    return FIELDS[type(setting)](setting, label=setting.label, help_text=setting.help)


class GroupsForm(forms.Form):
    """Settings in groups, under the names ``<group>-<setting>``."""

    groups: tuple[Group, ...]

    def __init__(self, *args: Any, values: Mapping[str, Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group in self.groups:
            for setting in group.settings:
                field = self.fields[f"{group.name}-{setting.name}"] = field_of(setting)
                field.initial = values[group.name][setting.name]

    def values(self) -> Config:
        return {
            group.name: {one.name: self.cleaned_data[f"{group.name}-{one.name}"] for one in group.settings}
            for group in self.groups
        }

    @property
    def fieldsets(self) -> list[tuple[Group, list[forms.BoundField]]]:
        return [(group, [self[f"{group.name}-{one.name}"] for one in group.settings]) for group in self.groups]


class ConfigForm(GroupsForm):
    groups = CONFIG


class ProductForm(GroupsForm):
    groups = (PRODUCT,)


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted at run time
    class Meta:
        model = Project
        fields = ("name", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"name": "The product, company or thing you want to hear about."}


class ProjectDeleteForm(forms.Form):
    """Asks for the project's name, so that the wrong one does not go by a slip."""

    name = forms.CharField(label="Name of the project", widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.fields["name"].help_text = f"Type “{project.name}”."

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.project.name.strip():
            raise ValidationError("This is not the name of the project.")
        return name


class TargetsForm(forms.Form):
    addresses = AddressesField()


class TargetForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """The label, and the options that the target's platform understands."""

    class Meta:
        model = Target
        fields = ("label",)
        help_texts = {"label": "How this target is called on pages and in exports."}

    def __init__(self, *args: Any, instance: Target, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        self.known = () if instance.is_file else options.UNDERSTOOD[instance.platform]
        for one in self.known:
            field = self.fields[one.name] = field_of(one)
            field.initial = instance.options.get(one.name, "")

    def save(self, commit: bool = True) -> Target:
        said = {one.name: self.cleaned_data[one.name] or "" for one in self.known}
        self.instance.options = self.instance.with_options(said) if said else self.instance.options
        target: Target = super().save(commit)
        return target


class PresetForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted at run time
    class Meta:
        model = Preset
        fields = ("name", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}
        help_texts = {"description": "When to use it."}


class PresetScheduleForm(GroupsForm):
    """How often projects run that are made with a preset, if they do."""

    groups = (SCHEDULE,)

    def __init__(self, *args: Any, schedule: Mapping[str, str] | None, **kwargs: Any) -> None:
        super().__init__(*args, values={SCHEDULE.name: schedule or {"frequency": "", "time": ""}}, **kwargs)
        often = cast(forms.ChoiceField, self.fields["schedule-frequency"])
        often.choices, often.required = [("", "Not by itself"), *often.choices], False
        self.fields["schedule-time"].widget = forms.TimeInput(attrs={"type": "time"})

    def schedule(self) -> dict[str, str] | None:
        said: dict[str, str] = self.values()[SCHEDULE.name]
        return said if said["frequency"] else None


class DraftForm(ProjectForm):
    """The same before there is a project."""

    def __init__(self, data: Any, *, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial={name: initial[name] for name in self._meta.fields or ()})


class SourcesForm(forms.Form):
    addresses = AddressesField(required=False)
    file = forms.FileField(
        required=False, label="A file of reviews", help_text="CSV, TSV, Excel, JSON, JSON Lines or text."
    )
    without_file = forms.BooleanField(required=False, label="Leave the file out")


class PresetChoiceForm(forms.Form):
    def __init__(self, *args: Any, presets: Iterable[AnyPreset], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), one.name) for one in presets]
        self.fields["preset"] = forms.ChoiceField(choices=choices)
