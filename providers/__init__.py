"""SPEAK: one file per provider, one per wire format; neutral questions to HTTP requests, responses to neutral
replies.
"""
