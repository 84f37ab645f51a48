"""The MongoDB engine: django-mongodb-backend with usable indexes and pages that stay on them.

Knows no app of ours, so every app may import from here.
"""
