"""What bytes are, by how they begin: a kind of file, or a kind of text."""

from __future__ import annotations

import json
import re

_HEAD = 512  # chosen: no sound's first 256 samples read as text

# A sample of raw sound may be any two bytes, so that each mark has three or more.
_MARKS = {
    b"RF64": "RF64",
    b"BW64": "RF64",
    b"fLaC": "FLAC",
    b"OggS": "Ogg",
    b"ID3": "MP3",
    b"FORM": "AIFF",
    b".snd": "AU",
    b"caff": "CAF",
    b"#!AMR": "AMR",
    b"\x1aE\xdf\xa3": "WebM",
    b"\x1f\x8b\x08": "gzip",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\xfd7zXZ\0": "xz",
    b"BZh": "bzip2",
    b"PK\x03\x04": "ZIP",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
}
_WRITTEN = {
    r"data:[\w/+.-]*[;,]": "a data: URI",
    r"(?:data|event|id|retry): ?|:.*\n": "server-sent events",
    r"<(?:!doctype html|html|head|body|h1)": "HTML",
    r"<": "XML",
    r"[\[{]|\"": "JSON",
    r"--[^\n]+\r?\n": "multipart text",
    r"[A-Za-z0-9+/_-]{64,}={0,2}\s*\Z": "base64",
}
# MPEG layer III, in kbit/s: ISO/IEC 11172-3, and 13818-3 for the lower sampling rates.
_KBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = (44_100, 48_000, 32_000)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def kind(body: bytes) -> str:
    """What the bytes are ("MP3", "JSON", "text"), or "" for what may be raw samples."""
    if body[:4] in (b"RIFF", b"RIFX"):
        return "WAV" if body[8:12] == b"WAVE" else "RIFF"
    if body[4:8] == b"ftyp":
        return "MP4"
    for mark, name in _MARKS.items():
        if body.startswith(mark):
            return name
    return _mpeg(body) or _written(body)


def text(body: bytes) -> str | None:
    """The bytes as text, or None if they are none."""
    encoding = json.detect_encoding(body[:4])
    try:
        # A head may end within a character.
        head = body[:_HEAD].decode(encoding, "strict" if len(body) <= _HEAD else "ignore")
        if len(body) > _HEAD and encoding.startswith("utf-8"):
            body[:_HEAD].rstrip(bytes(range(0x80, 0x100))).decode(encoding)
    except UnicodeDecodeError:
        return _western(body)
    if _CONTROLS.search(head):
        return None
    # Loud samples read as UTF-16, too: as Chinese.
    if not encoding.startswith("utf-8") and not all(c < "\u0250" or c == "\ufeff" for c in head):
        return None
    return body.decode(encoding, "replace").lstrip("\ufeff")


def _western(body: bytes) -> str | None:
    """Text in ISO 8859-1, which has few letters beyond ASCII, or None."""
    head = body[:_HEAD].decode("latin-1")
    foreign = sum(c > "\x7f" for c in head)
    return None if _CONTROLS.search(head) or foreign > len(head) / 4 else body.decode("latin-1")


def _written(body: bytes) -> str:
    said = text(body[:_HEAD])
    if not said:
        return ""
    for pattern, name in _WRITTEN.items():
        if re.match(pattern, said.lstrip(), re.IGNORECASE):
            return name
    return "text"


def _mpeg(body: bytes) -> str:
    """MP3 or AAC without a file header: a frame that a second one of its kind follows."""
    if len(body) < 7 or body[0] != 0xFF or body[1] < 0xE0:
        return ""
    is_aac = body[1] & 0xF6 == 0xF0
    length = _aac_frame(body) if is_aac else _mp3_frame(body)
    follows = length > 0 and body[length : length + 2] == body[:2]
    return ("AAC" if is_aac else "MP3") * follows


def _aac_frame(body: bytes) -> int:
    return (body[3] & 3) << 11 | body[4] << 3 | body[5] >> 5


def _mp3_frame(body: bytes) -> int:
    """The length of a frame in bytes, or 0 if its header is none of layer III."""
    version, layer = body[1] >> 3 & 3, body[1] >> 1 & 3
    bits, rate, padding = body[2] >> 4, body[2] >> 2 & 3, body[2] >> 1 & 1
    if version == 1 or layer != 1 or bits in (0, 15) or rate == 3:
        return 0
    if version == 3:
        return 144_000 * _KBITS[bits - 1] // _RATES[rate] + padding
    slower = 2 if version == 2 else 4
    return 72_000 * _KBITS_LOW[bits - 1] // (_RATES[rate] // slower) + padding
