import functools
import re
from typing import Any

from django.core.files.base import ContentFile
from servestatic.storage import CompressedManifestStaticFilesStorage

OWN_SCRIPTS, OWN_STYLES = "js/*.js", "css/"
SPACE = r"(?>\s|/\*.*?\*/)"  # atomic: a comment ends where it ends
SPARE = re.compile(
    rf"(?P<kept>\"[^\"]*\"|'[^']*')|{SPACE}*(?P<mark>[{{}};,>]){SPACE}*|(?<=:){SPACE}+|(?P<gap>{SPACE}+)", re.DOTALL
)
IMPORT = r"""(?P<matched>(?P<words>\bfrom |\bimport |\bimport\()"(?P<url>\./[^"]+)")"""


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, also where one of our scripts imports another: browsers may keep every file for ever.

    Django's own switch for that stumbles over commented-out imports in the scripts of other packages.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, (OWN_SCRIPTS, ((IMPORT, '%(words)s"%(url)s"'),)))

    @functools.cached_property
    def _urls(self) -> dict[str | None, str]:
        return {}

    def _save(self, name: str, content: Any) -> str:
        if name.startswith(OWN_STYLES):
            content = ContentFile(squeezed(b"".join(content.chunks()).decode()).encode())
        saved: str = super()._save(name, content)
        return saved

    def url(self, name: str | None, force: bool = False) -> str:
        """Every page names a dozen files, always the same: while a process runs, each is looked up once."""
        if name not in self._urls or force:
            self._urls[name] = super().url(name, force)
        return self._urls[name]


def squeezed(css: str) -> str:
    """A style sheet without comments and indentation: compressed, they would be a sixth of it."""
    return SPARE.sub(lambda found: found["kept"] or found["mark"] or (found["gap"] and " ") or "", css)
