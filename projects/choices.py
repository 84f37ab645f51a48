from django.db import models


class Platform(models.TextChoices):
    AMAZON = "amazon", "Amazon"
    STEAM = "steam", "Steam"
    YOUTUBE = "youtube", "YouTube"
    REDDIT = "reddit", "Reddit"
    GOOGLE = "google", "Google"
    TRUSTPILOT = "trustpilot", "Trustpilot"
    YELP = "yelp", "Yelp"
    IMDB = "imdb", "IMDb"
    FILE = "file", "File"


PLATFORMS = tuple(platform for platform in Platform if platform != Platform.FILE)  # where one can collect from


class ProductCategory(models.TextChoices):
    ELECTRONICS = "electronics", "Electronics"
    SOFTWARE = "software", "Software"
    GAMES = "games", "Games"
    FASHION = "fashion", "Fashion"
    FOOD = "food", "Food"
    BEAUTY = "beauty", "Beauty"
    HOME = "home", "Home"
    AUTOMOTIVE = "automotive", "Automotive"
    SERVICES = "services", "Services"
    OTHER = "other", "Other"


SENTIMENT_CLASSES = ((3, "Three"), (5, "Five"))


class TargetType(models.TextChoices):
    PRODUCT = "product", "Product"
    GAME = "game", "Game"
    VIDEO = "video", "Video"
    POST = "post", "Post"
    BUSINESS = "business", "Business"
    TITLE = "title", "Title"
    FILE = "file", "File"


class ProjectStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ARCHIVED = "archived", "Archived"
    ERROR = "error", "Error"


class TargetStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ERROR = "error", "Needs attention"
