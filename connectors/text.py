"""Text of a table in whatever encoding it came: stated, marked, or assumed and told."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from twin.errors import UnreadableFile

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """Decoded text; ``assumed`` says why the encoding was taken, "" when it is sure."""

    content: str
    encoding: str
    assumed: str = ""


def read_text(path: Path, encoding: str | None = None) -> Text:
    """Read a text file; UnreadableFile when it is none or the encoding is wrong."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            f"{path}: cannot be read ({error.strerror}); check the name and the rights"
        ) from error
    for mark, name in MARKS:
        if raw.startswith(mark):
            return Text(_decode(raw, name, path), name)
    if encoding is not None:
        return Text(_decode(raw, encoding, path), encoding)
    if b"\x00" in raw[:4096]:
        raise UnreadableFile(
            f"{path}: this is not a text table (it holds zero bytes); "
            "export it as CSV in UTF-8"
        )
    return detected(raw, path)


def detected(raw: bytes, path: Path) -> Text:
    """Decode: UTF-8 when it fits, else Chinese when all double bytes are, else cp1250.

    In GB2312 both bytes of a character are high, while in cp1250 a high byte stands
    alone between ASCII letters, which GB2312 refuses.
    """
    for strict, name in (("utf-8", "utf-8"), ("gb2312", "gbk"), ("cp1250", "cp1250")):
        try:
            content = raw.decode(strict)
        except UnicodeDecodeError:
            continue
        told = f"encoding {name}, for it is not UTF-8; state encoding: if it differs"
        return Text(content, name, "" if name == "utf-8" else told)
    raise UnreadableFile(
        f"{path}: neither UTF-8, GBK nor cp1250 text; state encoding: in site.yaml"
    )


def _decode(raw: bytes, encoding: str, path: Path) -> str:
    try:
        return raw.decode(encoding)
    except LookupError as error:
        raise UnreadableFile(
            f"{path}: there is no encoding '{encoding}'; write utf-8, gbk or cp1250"
        ) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path}: byte {error.start} is not {encoding}; state the encoding that "
            "the file really has"
        ) from error
