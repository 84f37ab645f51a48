import functools

from servestatic.storage import CompressedManifestStaticFilesStorage

OWN_SCRIPTS = "js/*.js"
IMPORT = r"""(?P<matched>(?P<words>\bfrom |\bimport |\bimport\()"(?P<url>\./[^"]+)")"""


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, also where one of our scripts imports another: browsers may keep every file for ever.

    Django's own switch for that stumbles over commented-out imports in the scripts of other packages.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, (OWN_SCRIPTS, ((IMPORT, '%(words)s"%(url)s"'),)))

    @functools.cached_property
    def _urls(self) -> dict[str | None, str]:
        return {}

    def url(self, name: str | None, force: bool = False) -> str:
        """Every page names a dozen files, always the same: while a process runs, each is looked up once."""
        if name not in self._urls or force:
            self._urls[name] = super().url(name, force)
        return self._urls[name]
