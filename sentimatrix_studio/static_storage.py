from servestatic.storage import CompressedManifestStaticFilesStorage

OWN_SCRIPTS = "js/*.js"
IMPORT = r"""(?P<matched>(?P<words>\bfrom |\bimport |\bimport\()"(?P<url>\./[^"]+)")"""


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, also where one of our scripts imports another: browsers may keep every file for ever.

    Django's own switch for that stumbles over commented-out imports in the scripts of other packages.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, (OWN_SCRIPTS, ((IMPORT, '%(words)s"%(url)s"'),)))
