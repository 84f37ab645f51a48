"""A job, the steps it is done in, and what is written down meanwhile."""

from scraping.models.jobs import DEADLINE as DEADLINE
from scraping.models.jobs import SILENT_QUEUE as SILENT_QUEUE
from scraping.models.jobs import Job as Job
from scraping.models.records import Difference as Difference
from scraping.models.records import LastVisit as LastVisit
from scraping.models.records import LogLine as LogLine
from scraping.models.records import RowError as RowError
from scraping.models.refusals import JobRefused as JobRefused
from scraping.models.schedules import Schedule as Schedule
from scraping.models.schedules import Slot as Slot
from scraping.models.steps import Step as Step
