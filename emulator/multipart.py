"""Reads multipart/form-data bodies with the standard library, as RFC 7578 has them."""

from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP

from .problem import Problem


@dataclass(slots=True)
class Upload:
    """A file in a form."""

    filename: str
    mime: str
    data: bytes


@dataclass(slots=True)
class Form:
    """A form's fields and files, by name."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)


def parse(content_type: str, body: bytes) -> Form:
    if not content_type.startswith("multipart/form-data"):
        raise Problem("bad_request", "Expected a multipart/form-data body.")
    message = BytesParser(policy=HTTP).parsebytes(f"content-type: {content_type}\r\n\r\n".encode() + body)
    if not message.is_multipart():
        raise Problem("bad_request", "The multipart body has no parts.")
    form = Form()
    for part in message.iter_parts():
        name = str(part.get_param("name", "", "content-disposition"))
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        if (filename := part.get_filename()) is not None:
            form.files[name] = Upload(filename, part.get_content_type(), data)
        else:
            form.fields[name] = data.decode("utf-8", "replace")
    return form
