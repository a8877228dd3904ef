"""The probe media: the manifest tells the truth, and every format is really there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import wave
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT

ASSETS = ROOT / "assets"
SCRIPT = ROOT / "tools" / "make_assets.py"

MIMES = {
    ("audio", "aac"): "audio/aac",
    ("audio", "flac"): "audio/flac",
    ("audio", "mp3"): "audio/mpeg",
    ("audio", "ogg"): "audio/ogg",
    ("audio", "wav"): "audio/wav",
    ("document", "pdf"): "application/pdf",
    ("image", "gif"): "image/gif",
    ("image", "jpg"): "image/jpeg",
    ("image", "png"): "image/png",
    ("image", "webp"): "image/webp",
    ("text", "txt"): "text/plain",
    ("video", "mp4"): "video/mp4",
    ("video", "webm"): "video/webm",
}

# Offset and bytes; wav and webp share their first mark.
MAGIC: dict[str, list[tuple[int, bytes]]] = {
    "audio/aac": [(0, b"\xff\xf1")],
    "audio/flac": [(0, b"fLaC")],
    "audio/mpeg": [(0, b"\xff\xfb")],
    "audio/ogg": [(0, b"OggS"), (28, b"\x01vorbis")],
    "audio/wav": [(0, b"RIFF"), (8, b"WAVEfmt ")],
    "application/pdf": [(0, b"%PDF-1.")],
    "image/gif": [(0, b"GIF8")],
    "image/jpeg": [(0, b"\xff\xd8\xff")],
    "image/png": [(0, b"\x89PNG\r\n\x1a\n")],
    "image/webp": [(0, b"RIFF"), (8, b"WEBP")],
    "video/mp4": [(4, b"ftyp")],
    "video/webm": [(0, b"\x1aE\xdf\xa3")],
}

ENTRIES: list[dict[str, Any]] = json.loads((ASSETS / "manifest.json").read_text(encoding="utf-8"))
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=[e["file"] for e in ENTRIES])


def data_of(entry: dict[str, Any]) -> bytes:
    return (ASSETS / str(entry["file"])).read_bytes()


def run_script(*args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *args],
        capture_output=True,
        text=True,
        timeout=60,
        env=env,
        check=False,
    )


def test_manifest_is_sorted_and_lists_exactly_the_files() -> None:
    files = [entry["file"] for entry in ENTRIES]
    assert files == sorted(files)
    assert set(files) == {path.name for path in ASSETS.iterdir()} - {"manifest.json"}


def test_every_format_is_present_once_with_its_mime_type() -> None:
    found = {(entry["modality"], entry["format"]): entry["mime"] for entry in ENTRIES}
    assert found == MIMES
    assert len(ENTRIES) == len(MIMES)


@each_entry
def test_manifest_agrees_with_the_file(entry: dict[str, Any]) -> None:
    data = data_of(entry)
    assert entry["bytes"] == len(data)
    assert entry["sha256"] == hashlib.sha256(data).hexdigest()
    assert entry["file"].endswith("." + entry["format"])


@each_entry
def test_magic_bytes_agree_with_the_mime_type(entry: dict[str, Any]) -> None:
    data = data_of(entry)
    if entry["mime"] == "text/plain":
        assert data.decode("ascii").replace("\n", "").isprintable()
        return
    for offset, mark in MAGIC[entry["mime"]]:
        assert data[offset : offset + len(mark)] == mark
    if entry["mime"] == "video/webm":
        # Matroska has the same first bytes; the document type sets them apart.
        assert b"\x42\x82\x84webm" in data[:64]


def test_files_are_small() -> None:
    sizes = [len(data_of(entry)) for entry in ENTRIES]
    assert min(sizes) > 0
    assert max(sizes) < 64 * 1024
    assert sum(sizes) < 400 * 1024


def test_no_word_is_part_of_another_or_shared() -> None:
    words = [entry["word"] for entry in ENTRIES]
    assert all(word.isalpha() and word == word.lower() and len(word) > 4 for word in words)
    for one, other in permutations(words, 2):
        assert one not in other


def test_only_the_text_has_a_question_which_it_answers_once() -> None:
    (entry,) = [entry for entry in ENTRIES if "question" in entry]
    assert entry["modality"] == "text"
    text = data_of(entry).decode("ascii")
    assert text.count(entry["word"]) == 1
    assert entry["word"] not in entry["question"]
    lines = text.splitlines()
    assert 3 <= len(lines) <= 4
    assert all(line.endswith(".") and line.count(".") == 1 for line in lines)


def test_the_pdf_holds_its_word_as_text_and_a_true_cross_reference_table() -> None:
    (entry,) = [entry for entry in ENTRIES if entry["format"] == "pdf"]
    data = data_of(entry)
    assert len(data) < 3 * 1024
    assert f"(The word is: {entry['word']}.) Tj".encode() in data
    start = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    rows = data[start:].splitlines()
    assert rows[0] == b"xref"
    count = int(rows[1].split()[1])
    for number in range(1, count):
        offset = int(rows[2 + number].split()[0])
        assert data[offset:].startswith(b"%d 0 obj" % number)


def test_the_wav_is_short_16_khz_mono_16_bit() -> None:
    with wave.open(str(ASSETS / "audio.wav"), "rb") as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16000, 1, 2)
        assert 1 <= sound.getnframes() / 16000 <= 2


def test_the_mp4_can_be_played_before_it_is_whole() -> None:
    data = (ASSETS / "video.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_check_passes_on_the_files_as_they_are() -> None:
    done = run_script("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_check_tells_each_difference_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "assets"
    shutil.copytree(ASSETS, folder)
    (folder / "image.png").unlink()
    (folder / "stray.bin").write_bytes(b"x")
    with (folder / "audio.wav").open("r+b") as sound:
        sound.seek(1000)
        sound.write(b"changed")
    done = run_script("--check", "--dir", str(folder))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("audio.wav: sha256: ")
    assert lines[1] == "image.png: missing on disk"
    assert lines[2] == "stray.bin: not made by this script"


@pytest.mark.parametrize("text", [None, "{", "[1]", "[{}]", "7"])
def test_check_survives_a_bad_manifest(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    done = run_script("--check", "--dir", str(tmp_path))
    assert done.returncode == 1
    assert done.stdout.startswith("manifest.json: cannot be read: ")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_missing_tool_is_one_line_and_leaves_the_folder_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run_script("--dir", str(out), env={**os.environ, "PATH": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr == "make_assets: ffmpeg not found: apt-get install ffmpeg\n"
    assert done.stdout == ""
    assert not out.exists()
