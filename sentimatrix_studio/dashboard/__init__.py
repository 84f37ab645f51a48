"""The start page, and the same for programs: all projects of one person at a glance, archived ones left out."""
