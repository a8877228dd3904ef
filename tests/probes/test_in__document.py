"""Documents as input."""

from tests.support.claims import Perceived


class TestDocuments(Perceived):
    kind, form, mime = "document", "pdf", "application/pdf"
