"""Ways to a page: directly, through a commercial service, or in a browser.

A transport brings the answer of a site, whatever its status; what the answer means is found out behind it. All of them
go out through the guard, ``integrations.outbound``. To add a commercial service: CONTRIBUTING.md.
"""

from scraping.sources.transports.apify import Apify
from scraping.sources.transports.base import Fetched, FetchOptions, Transport
from scraping.sources.transports.brightdata import BrightData
from scraping.sources.transports.direct import Direct
from scraping.sources.transports.oxylabs import Oxylabs
from scraping.sources.transports.scraperapi import ScraperAPI
from scraping.sources.transports.scrapingant import ScrapingAnt
from scraping.sources.transports.scrapingbee import ScrapingBee
from scraping.sources.transports.service import Service
from scraping.sources.transports.zyte import Zyte

__all__ = ["SERVICES", "Direct", "FetchOptions", "Fetched", "Service", "Transport"]

SERVICES: dict[str, type[Service]] = {
    one.id: one for one in (ScraperAPI, Apify, ScrapingBee, ScrapingAnt, Zyte, BrightData, Oxylabs)
}
