from django import forms

from projects.choices import Platform, ProjectStatus


class SpanForm(forms.Form):
    """The days a page is about, and the platform."""

    date_from = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    date_to = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))
    platform = forms.ChoiceField(required=False, choices=[("", "All"), *Platform.choices])


class ProjectSearchForm(forms.Form):
    search = forms.CharField(required=False, max_length=100, label="Search projects")
    status = forms.ChoiceField(required=False, choices=[("", "All but archived"), *ProjectStatus.choices])
