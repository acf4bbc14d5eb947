"""XML in the encodings that people write: expat itself knows no GBK."""

from __future__ import annotations

import codecs
import io
import re
from typing import IO, cast

DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.-]{1,40})["']"""
)


def utf8(file: IO[bytes]) -> IO[bytes]:
    """The same document as UTF-8; LookupError for an encoding that does not exist."""
    head = file.read(512)
    file.seek(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return cast("IO[bytes]", _Recoded(file, "utf-16"))
    told = DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    name = codecs.lookup(told.group(1).decode()).name if told else "utf-8"
    if name in ("utf-8", "ascii"):
        return file
    # GB 18030 holds all of GB 2312 and GBK, and what programs write beyond them
    return cast(
        "IO[bytes]", _Recoded(file, "gb18030" if name in ("gbk", "gb2312") else name)
    )


class _Recoded(io.RawIOBase):
    """Reads text in one encoding, gives UTF-8."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        raw = self._file.read(size)
        text: str = self._decoder.decode(raw, final=not raw)
        if raw and not text:
            return self.read(size)
        return text.encode("utf-8")
