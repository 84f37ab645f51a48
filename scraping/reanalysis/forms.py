from typing import Any

from django import forms

from projects.config import ENGINES, TRANSFORMER
from projects.models import Project
from results.analysis.choosing import usable

NONE_HERE = "Transformer: there is none on this installation, so the built-in one would read"


class ReanalysisForm(forms.Form):
    engine = forms.ChoiceField(choices=ENGINES, widget=forms.RadioSelect, label="Have them read by")

    use_required_attribute = False

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"engine": project.config["analysis"]["engine"]}, **kwargs)
        words = dict(ENGINES) if TRANSFORMER in usable() else {**dict(ENGINES), TRANSFORMER: NONE_HERE}
        self.fields["engine"].widget.choices = list(words.items())
