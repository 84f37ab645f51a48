"""Keywords: the words that set praise and blame apart, and those that come up more than before.

keywords(project, asked)    # by side, with counts and mean score
rising(project, asked)      # beside the period before
"""

from results.keywords.answers import MOST, KeywordJson, KeywordsJson, RisingJson, RisingTermJson, keywords, rising

__all__ = ["MOST", "KeywordJson", "KeywordsJson", "RisingJson", "RisingTermJson", "keywords", "rising"]
