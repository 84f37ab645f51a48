from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from projects.models import Project, Target
from projects.platforms import Detected, detect

MAX_ADDRESSES = 500


class AddressesField(forms.CharField):
    """Addresses, one a line → what each of them is. Every bad line is named; nothing is taken while there is one."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Addresses", help_text="One a line. Pages of all platforms can be mixed.", **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        example = "store.steampowered.com/app/620"
        return {**super().widget_attrs(widget), "rows": 4, "spellcheck": "false", "placeholder": example}

    def clean(self, value: str | None) -> list[Detected]:
        lines = [(number, line) for number, line in enumerate(super().clean(value).splitlines(), 1) if line.strip()]
        if len(lines) > MAX_ADDRESSES:
            raise ValidationError(f"At most {MAX_ADDRESSES} addresses at a time.")
        found, errors = [], []
        for number, line in lines:
            try:
                found.append(detect(line))
            except ValidationError as error:
                errors.append(f"Line {number}: {error.messages[0]}" if len(lines) > 1 else error.messages[0])
        if errors:
            raise ValidationError(errors)
        return found


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted at run time
    class Meta:
        model = Project
        fields = ("name", "description", "analyse", "sentiment_classes")
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2}),
            "sentiment_classes": forms.RadioSelect(attrs={"class": "radios"}),
        }
        help_texts = {
            "name": "The product, company or thing you want to hear about.",
            "analyse": "Without it reviews are only collected, with their ratings.",
        }


class ProjectCreateForm(ProjectForm):
    addresses = AddressesField(required=False)

    field_order = ["name", "description", "addresses", "analyse", "sentiment_classes"]


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
    class Meta:
        model = Target
        fields = ("label",)
        help_texts = {"label": "How this target is called on pages and in exports."}
