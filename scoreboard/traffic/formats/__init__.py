"""FORMS of recordings, a file each: the file is the registration.

A form says whether a document is its own (`claims`), by its content and never by its name, and reads it (`read`) into
what was kept. What it cannot read it tells as a ValueError, worded to follow the file's name.
"""
