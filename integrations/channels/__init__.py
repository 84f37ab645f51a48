"""The services that bring people messages: what they want to be told, and how each is written to.

To add one: a ``Service`` in a module of its own. Its form and its place in the list follow.
"""

from integrations.channels.base import Message, Request, Service
from integrations.channels.discord import DISCORD
from integrations.channels.mail import MAIL
from integrations.channels.ntfy import NTFY
from integrations.channels.slack import SLACK
from integrations.channels.teams import TEAMS

__all__ = ["SERVICES", "Message", "Request", "Service"]

SERVICES = {service.id: service for service in (MAIL, SLACK, DISCORD, TEAMS, NTFY)}
