"""Headings as the usual exports write them, without case, spaces and punctuation; of several the first wins.

Among them are those of Google Play Console, App Store Connect, google-play-scraper and app-store-scraper, Steam, the
public Amazon data sets, Trustpilot Business, YouTube (Data API and Takeout), Google Maps (Takeout, as visitor and as
business), Reddit, Yelp, and Studio's own export.
"""

import re
from collections.abc import Callable, Sequence

from projects.choices import Platform

HEADINGS = {
    "text": """reviewtext reviewbody reviewcontent review textoriginal commenttext reviewcomment body text content
        comment comments textdisplay message feedback reviewdescription description snippet opinion verbatim tweet
        answer sentence bewertungstext rezensionstext rezension bewertung kommentar avis commentaire texte reseña
        comentario opinión recensione commento testo recensie avaliação propertiesreviewtextpublished""",
    "title": """reviewtitle reviewheadline headline title summary subject heading titel titre título titulo titolo""",
    "author": """author authorname authordisplayname reviewername reviewernickname reviewerdisplayname reviewusername
        consumername nickname profilename username userdisplayname reviewer user displayname name authorsteamid
        reviewerid userid customerid autor auteur autore verfasser nutzer""",
    "rating": """starrating rating stars reviewstars reviewrating ratingvalue overall reviewscore score star votedup
        recommended recommendation sterne bewertungsterne bewertung note puntuación calificación valutazione avaliação
        propertiesfivestarratingpublished""",
    "date": """reviewcreatedutc reviewsubmitdateandtime reviewsubmitmillissinceepoch reviewdate publishedat
        timestampcreated commentcreatetimestamp createdutc createdat reviewcreatedat unixreviewtime reviewtime date
        at created createtime published datetime posted postedat publisheddate publishdate submittedat submissiondate
        timestamp time datum fecha data propertiesdate""",
    "url": """reviewlink reviewurl permalink url link propertiesgooglemapsurl""",
    "id": """reviewid recommendationid commentid id uuid externalid platformid""",
    "language": """reviewlanguage reviewerlanguage language lang locale sprache langue idioma lingua""",
}
_RANKED = {role: {name: rank for rank, name in enumerate(names.split())} for role, names in HEADINGS.items()}
_KNOWN = {name for ranks in _RANKED.values() for name in ranks}
MARKS = (
    ({"recommendationid"}, Platform.STEAM),
    ({"votedup", "timestampcreated"}, Platform.STEAM),
    ({"asin", "overall"}, Platform.AMAZON),
    ({"marketplace", "starrating", "reviewid"}, Platform.AMAZON),
    ({"commentid", "videoid"}, Platform.YOUTUBE),
    ({"authordisplayname", "likecount"}, Platform.YOUTUBE),
    ({"body", "createdutc"}, Platform.REDDIT),
    ({"businessunitid"}, Platform.TRUSTPILOT),
    ({"businessid", "stars", "useful"}, Platform.YELP),
    ({"propertiesfivestarratingpublished"}, Platform.GOOGLE),
    ({"reviewerdisplayname", "starrating", "createtime"}, Platform.GOOGLE),
)


def plain(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading.casefold())


def is_known(heading: str) -> bool:
    return plain(heading) in _KNOWN


def by_heading(names: Sequence[str], fits: Callable[[str, str], bool]) -> dict[str, str]:
    """Role → heading, where ``fits(role, heading)`` agrees. A heading serves one role; a doubled one serves none."""
    headings = {plain(name): name for name in names if names.count(name) == 1}
    found: dict[str, str] = {}
    for role, ranks in _RANKED.items():
        candidates = [headings[name] for name in sorted(ranks.keys() & headings.keys(), key=ranks.__getitem__)]
        free = (name for name in candidates if name not in found.values() and fits(role, name))
        if best := next(free, None):
            found[role] = best
    return found


def platform(names: Sequence[str]) -> str:
    """The platform an export is of, where its headings tell; else ``file``."""
    headings = {plain(name) for name in names}
    return next((str(platform) for marks, platform in MARKS if marks <= headings), str(Platform.FILE))
