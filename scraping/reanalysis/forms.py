from typing import Any

from django import forms

from projects.config import ENGINES
from projects.models import Project


class ReanalysisForm(forms.Form):
    engine = forms.ChoiceField(choices=ENGINES, widget=forms.RadioSelect, label="Have them read by")

    use_required_attribute = False

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"engine": project.config["analysis"]["engine"]}, **kwargs)
