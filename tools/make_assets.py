"""Make the small media files which live probes send to models.

Every file plainly shows or says one word, and no two files share a word, so a
reply to a request which carries several of them tells which ones were read.

    python tools/make_assets.py            make every file and the manifest
    python tools/make_assets.py --check    compare the manifest with the files

Making needs the Debian packages ffmpeg, espeak-ng and fonts-dejavu-core, and no
pip package. Checking needs the Python standard library only. The same encoders
give the same bytes again; other versions of them may not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ASSETS = Path(__file__).resolve().parent.parent / "assets"
MANIFEST = "manifest.json"
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf")
TOOLS = ("ffmpeg", "espeak-ng")
STEP_SECONDS = 60

# The country is invented: its facts can come from this text and nowhere else.
STORY = """\
The capital of Drovantia is Brenlow Harbour.
The Bridge of Nine Lanterns is the oldest monument in Drovantia.
People in Drovantia pay with a coin called the ostrumel.
The national bird of Drovantia is the copper heron.
"""
STORY_QUESTION = "What is the coin used in Drovantia called?"


class Asset(NamedTuple):
    """One file to make, and the ffmpeg options of its encoder, if it has one."""

    file: str
    mime: str
    modality: str
    word: str
    encoder: tuple[str, ...] = ()
    question: str = ""

    @property
    def format(self) -> str:
        return self.file.rsplit(".", 1)[1]


class AssetError(Exception):
    """Something the user can put right, told in one line."""


# 44.1 kHz makes mp3 an MPEG-1 stream, whose frame header every sniffer knows.
# Without -write_xing 0 and -id3v2_version 0 the muxer adds its own name.
WORDS: tuple[Asset, ...] = (
    Asset(
        "audio.aac", "audio/aac", "audio", "pelican",
        ("-ar", "44100", "-c:a", "aac", "-b:a", "48k", "-f", "adts"),
    ),
    Asset(
        "audio.flac", "audio/flac", "audio", "crocodile",
        ("-ar", "16000", "-c:a", "flac", "-sample_fmt", "s16"),
    ),
    Asset(
        "audio.mp3", "audio/mpeg", "audio", "kangaroo",
        ("-ar", "44100", "-c:a", "libmp3lame", "-b:a", "64k", "-write_xing", "0",
         "-id3v2_version", "0"),
    ),
    Asset(
        "audio.ogg", "audio/ogg", "audio", "avocado",
        ("-ar", "22050", "-c:a", "libvorbis", "-q:a", "3"),
    ),
    Asset("audio.wav", "audio/wav", "audio", "dolphin", ("-ar", "16000", "-c:a", "pcm_s16le")),
    Asset("document.pdf", "application/pdf", "document", "porcupine"),
    Asset("document.txt", "text/plain", "text", "ostrumel", question=STORY_QUESTION),
    Asset("image.gif", "image/gif", "image", "papaya", ("-pix_fmt", "gray", "-loop", "-1")),
    Asset("image.jpg", "image/jpeg", "image", "hedgehog", ("-pix_fmt", "yuvj420p", "-q:v", "3")),
    Asset("image.png", "image/png", "image", "walrus", ("-pix_fmt", "rgb24")),
    Asset("image.webp", "image/webp", "image", "apricot", ("-c:v", "libwebp", "-quality", "80")),
    Asset(
        "video.mp4", "video/mp4", "video", "lobster",
        ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "23", "-movflags", "+faststart"),
    ),
    Asset(
        "video.webm", "video/webm", "video", "cheetah",
        ("-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p", "-crf", "30", "-b:v", "0"),
    ),
)  # fmt: skip


def run(command: Sequence[str]) -> None:
    """Run one tool; what it complains about becomes one line."""
    try:
        subprocess.run(
            command, check=True, capture_output=True, text=True, errors="replace",
            timeout=STEP_SECONDS, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.CalledProcessError as exc:
        lines = (exc.stderr or "").strip().splitlines() or ["no message"]
        msg = f"{command[0]} failed: {lines[-1]}"
        raise AssetError(msg) from exc
    except subprocess.TimeoutExpired as exc:
        msg = f"{command[0]} took more than {STEP_SECONDS} s"
        raise AssetError(msg) from exc


def encode(source: Sequence[str], asset: Asset, target: Path) -> None:
    """Encode without dates, tags or thread races, which would change the bytes."""
    run(
        ["ffmpeg", "-v", "error", "-y", *source, "-map_metadata", "-1", "-threads", "1",
         "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
         *asset.encoder, str(target)]
    )  # fmt: skip


def make_picture(asset: Asset, target: Path) -> None:
    """A still picture, or the same picture held for two seconds."""
    scene = (
        "color=c=white:s=320x160:r=5,format=rgb24,"
        f"drawtext=fontfile={FONT}:text={asset.word.upper()}:fontsize=46:"
        "fontcolor=black:x=(w-tw)/2:y=(h-th)/2"
    )
    length = ["-t", "2"] if asset.modality == "video" else ["-frames:v", "1"]
    encode(["-f", "lavfi", "-i", scene, *length], asset, target)


def make_audio(asset: Asset, target: Path, scratch: Path) -> None:
    speech = scratch / "speech.wav"
    phrase = f"The word is: {asset.word}."
    run(["espeak-ng", "-v", "en-us", "-s", "135", "-w", str(speech), phrase])
    # The speaker leaves half a second of silence, which would only cost bytes.
    trim = "silenceremove=start_periods=1:start_threshold=-50dB,areverse"
    sound = ["-i", str(speech), "-af", f"{trim},{trim},apad=pad_dur=0.05", "-ac", "1"]
    encode(sound, asset, target)


def pdf_bytes(word: str) -> bytes:
    """One page with the word as text in a standard font, which needs no embedding."""
    content = f"BT /F1 36 Tf 72 680 Td (The word is: {word}.) Tj ET".encode("ascii")
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>",
        b"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    # The comment of high bytes keeps transports from taking the file for text.
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    table = b"0000000000 65535 f \n"
    for number, body in enumerate(bodies, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(bodies) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n" % size + table + trailer


def entry(asset: Asset, data: bytes) -> dict[str, str | int]:
    made: dict[str, str | int] = {
        "file": asset.file,
        "mime": asset.mime,
        "modality": asset.modality,
        "format": asset.format,
        "word": asset.word,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
    }
    if asset.question:
        made["question"] = asset.question
    return made


def make_all(folder: Path) -> None:
    for tool in TOOLS:
        if shutil.which(tool) is None:
            msg = f"{tool} not found: apt-get install {tool}"
            raise AssetError(msg)
    if not FONT.is_file():
        msg = f"{FONT} not found: apt-get install fonts-dejavu-core"
        raise AssetError(msg)
    # All or nothing: a failing encoder must not leave a half-new set behind.
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for asset in WORDS:
            target = scratch / asset.file
            if asset.modality in ("image", "video"):
                make_picture(asset, target)
            elif asset.modality == "audio":
                make_audio(asset, target, scratch)
            else:
                text = asset.modality == "text"
                target.write_bytes(STORY.encode() if text else pdf_bytes(asset.word))
        made = {asset.file: (scratch / asset.file).read_bytes() for asset in WORDS}
    folder.mkdir(parents=True, exist_ok=True)
    for file, data in made.items():
        (folder / file).write_bytes(data)
    entries = [entry(asset, made[asset.file]) for asset in sorted(WORDS)]
    (folder / MANIFEST).write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")


def differences(folder: Path) -> list[str]:
    """One line for each way in which the manifest, the files and this script differ."""
    try:
        listed = {str(row["file"]): row for row in json.loads((folder / MANIFEST).read_bytes())}
    except (OSError, ValueError, TypeError, KeyError) as exc:
        return [f"{MANIFEST}: cannot be read: {type(exc).__name__}: {exc}"]
    wanted = {asset.file: asset for asset in WORDS}
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    lines: list[str] = []
    for file in sorted(listed.keys() | wanted.keys() | present):
        if file not in wanted:
            lines.append(f"{file}: not made by this script")
        elif file not in present:
            lines.append(f"{file}: missing on disk")
        elif file not in listed:
            lines.append(f"{file}: missing in {MANIFEST}")
        else:
            row, true = listed[file], entry(wanted[file], (folder / file).read_bytes())
            for key in sorted(row.keys() | true.keys()):
                if row.get(key) != true.get(key):
                    said = f"{MANIFEST} says {row.get(key)!r}"
                    lines.append(f"{file}: {key}: {said}, should be {true.get(key)!r}")
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make or check the probe media files.")
    parser.add_argument("--check", action="store_true", help="compare only, make nothing")
    parser.add_argument("--dir", type=Path, default=ASSETS, help="folder of the files")
    args = parser.parse_args(argv)
    try:
        if not args.check:
            make_all(args.dir)
        lines = differences(args.dir)
    except (AssetError, OSError) as exc:
        print(f"make_assets: {exc}", file=sys.stderr)
        return 2
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
